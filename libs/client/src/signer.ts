import { hexBytes } from './bytes.ts';
import { InputError } from './input-error.ts';

/**
 * Whoever may speak for an account. {@link accountFromSeed} and its siblings make one from a seed; an app whose keys stay in
 * a keystore supplies its own.
 */
export interface Signer {
  /** 66 hex digits: `05` and a Session ID's X25519 key, or `03` and a group's Ed25519 key. */
  readonly account: string;
  /** 64 hex digits: the Ed25519 key behind a Session ID. Required for an `05` account, not sent for others. */
  readonly sessionEd25519?: string;
  /** What a member of a group signs through. */
  readonly subaccount?: Subaccount;
  /** Ed25519 (RFC 8032) over `bytes`, 64 bytes, by the account's key or by the one inside the subaccount's tag. */
  readonly sign: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

/** A delegated key of a group. */
export interface Subaccount {
  /** 72 hex digits: prefix, flags, 0, 0, Ed25519 key. Flags: 1 read, 2 write, 4 delete, 8 any prefix. */
  readonly tag: string;
  /** 128 hex digits: the owner's signature over the tag. */
  readonly signature: string;
}

/** The fields that say who signed, in lower case: the account is signed as it is written. Throws {@link InputError}. */
export function identityOf({ account, sessionEd25519, subaccount }: Signer): Identity {
  if (hexBytes(account, 33) === null) throw new InputError('account', 'must be 66 hex digits');
  // Beside any other account it would only tell who the member of a group is.
  const sessionKey = account.startsWith('05') ? (sessionEd25519 ?? '') : null;
  if (sessionKey !== null && hexBytes(sessionKey, 32) === null) {
    throw new InputError('sessionEd25519', 'must be 64 hex digits for an account that begins with 05');
  }
  if (subaccount !== undefined && !isSubaccount(subaccount)) {
    throw new InputError('subaccount', 'must hold a tag of 72 and a signature of 128 hex digits');
  }
  return {
    pubkey: account.toLowerCase(),
    ...(sessionKey !== null && { session_ed25519: sessionKey.toLowerCase() }),
    ...(subaccount !== undefined && {
      subaccount: subaccount.tag.toLowerCase(),
      subaccount_sig: subaccount.signature.toLowerCase(),
    }),
  };
}

export interface Identity {
  readonly pubkey: string;
  readonly session_ed25519?: string;
  readonly subaccount?: string;
  readonly subaccount_sig?: string;
}

function isSubaccount({ tag, signature }: Subaccount): boolean {
  return hexBytes(tag, 36) !== null && hexBytes(signature, 64) !== null;
}
