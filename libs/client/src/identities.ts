import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { InputError } from './input-error.ts';
import { identityOf, type Signer, type Subaccount } from './signer.ts';

const SEED_BYTES = 32;
/** Of a subaccount tag, in hex digits: where the member's key begins. */
const TAG_KEY = 8;

/**
 * The account of a person. The Ed25519 key pair is RFC 8032's of the seed (32 bytes), and the Session ID is `05` and the
 * X25519 form of its public key.
 */
export function accountFromSeed(seed: Uint8Array): Signer & { readonly sessionEd25519: string } {
  const key = publicKeyOf(seed);
  return {
    account: `05${bytesToHex(ed25519.utils.toMontgomery(key))}`,
    sessionEd25519: bytesToHex(key),
    sign: signWith(seed),
  };
}

/** A group, for whoever holds its own seed (32 bytes). */
export function groupOwnerFromSeed(seed: Uint8Array): Signer {
  return { account: `03${bytesToHex(publicKeyOf(seed))}`, sign: signWith(seed) };
}

export interface GroupMemberOptions {
  /** 66 hex digits, beginning with `03`. */
  readonly group: string;
  readonly subaccount: Subaccount;
  /** 32 bytes: that of the key inside the tag. */
  readonly seed: Uint8Array;
}

/**
 * A group, for a member who was given a subaccount with a key of his own. libsession derives that key without a seed, by
 * blinding: an app that uses it gives a {@link Signer} that calls its `swarm_subaccount_sign`.
 *
 * Throws {@link InputError} when the seed's key is not the one inside the tag.
 */
export function groupMemberFromSeed({ group, subaccount, seed }: GroupMemberOptions): Signer {
  const signer: Signer = { account: group, subaccount, sign: signWith(seed) };
  const { subaccount: tag = '' } = identityOf(signer);
  if (tag.slice(TAG_KEY) !== bytesToHex(publicKeyOf(seed))) {
    throw new InputError('subaccount', 'must hold the key of the seed in its tag');
  }
  return signer;
}

function publicKeyOf(seed: Uint8Array): Uint8Array {
  if (seed.length !== SEED_BYTES) throw new InputError('seed', `must be ${SEED_BYTES} bytes`);
  return ed25519.getPublicKey(seed);
}

function signWith(seed: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const own = seed.slice();
  return (bytes) => ed25519.sign(bytes, own);
}
