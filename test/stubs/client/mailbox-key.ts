import { blake2b256, ed25519FromSeed, type KeyPair, sign, x25519PairOf } from '../wire/sodium.ts';
import type { Subaccount } from '../wire/subaccount.ts';

/** Whoever may act for a mailbox: a person for his own, a group's owner, or a member through a subaccount. */
export interface MailboxKey {
  /** 33 bytes. */
  readonly account: Buffer;
  /** The Ed25519 key behind a Session ID; null for groups, whose id holds the key. */
  readonly sessionEd25519: Buffer | null;
  readonly subaccount: Subaccount | null;
  readonly sign: (message: string) => Buffer;
}

/** A person: one Ed25519 key, and the Session ID that is its X25519 form. */
export interface Account extends MailboxKey {
  /** 66 hex digits, starting with 05. */
  readonly sessionId: string;
  readonly ed25519: KeyPair;
  readonly x25519: KeyPair;
}

export function accountFromSeed(seed: Uint8Array): Account {
  const ed25519 = ed25519FromSeed(seed);
  const x25519 = x25519PairOf(ed25519);
  const account = Buffer.concat([Uint8Array.of(0x05), x25519.publicKey]);
  return {
    account,
    sessionId: account.toString('hex'),
    ed25519,
    x25519,
    sessionEd25519: ed25519.publicKey,
    subaccount: null,
    sign: (message) => sign(message, ed25519.secretKey),
  };
}

/** The key a person uses in one group only, so that his tag there names nobody. */
export function memberKeyFor(person: Account, groupAccount: Uint8Array): KeyPair {
  return ed25519FromSeed(blake2b256('stub client: member key', person.ed25519.secretKey, groupAccount));
}
