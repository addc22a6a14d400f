import { blake2b256, ed25519FromSeed, type KeyPair, sign } from '../wire/sodium.ts';
import { SubaccountRight, subaccountTag } from '../wire/subaccount.ts';
import { type Account, type MailboxKey, memberKeyFor } from './mailbox-key.ts';

const GROUP_PREFIX = 0x03;

/** A group as its owner holds it. */
export interface Group extends MailboxKey {
  /** 66 hex digits, starting with 03. */
  readonly groupId: string;
  readonly ed25519: KeyPair;
  /** 32 bytes that every member has; group messages are locked with it. */
  readonly messageKey: Buffer;
}

/** A group as a member holds it: he signs with a key of his own, which the owner has put into a signed tag. */
export interface Membership extends MailboxKey {
  readonly groupId: string;
  readonly messageKey: Buffer;
}

export function groupFromSeed(seed: Uint8Array): Group {
  const ed25519 = ed25519FromSeed(seed);
  const account = Buffer.concat([Uint8Array.of(GROUP_PREFIX), ed25519.publicKey]);
  return {
    account,
    groupId: account.toString('hex'),
    ed25519,
    messageKey: blake2b256('stub client: message key', seed),
    sessionEd25519: null,
    subaccount: null,
    sign: (message) => sign(message, ed25519.secretKey),
  };
}

/** The owner's invitation, accepted. Rights: read and write unless said otherwise. */
export function join(
  group: Group,
  person: Account,
  rights: number = SubaccountRight.read | SubaccountRight.write,
): Membership {
  const key = memberKeyFor(person, group.account);
  const tag = subaccountTag(GROUP_PREFIX, rights, key.publicKey);
  return {
    account: group.account,
    groupId: group.groupId,
    messageKey: group.messageKey,
    sessionEd25519: null,
    subaccount: { tag, signature: sign(tag, group.ed25519.secretKey) },
    sign: (message) => sign(message, key.secretKey),
  };
}
