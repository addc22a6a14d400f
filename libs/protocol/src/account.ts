import type { AccountId } from './bytes.ts';
import { latin1 } from './latin1.ts';
import type { AccountKey } from './subscription.ts';

export const ACCOUNT_BYTES = 33;
/** Network prefix of a Session ID: the rest is an X25519 key, and requests carry the Ed25519 key beside it. */
const SESSION_ID_PREFIX = 0x05;

/**
 * An account is any 33 bytes. Prefixes other than `05` are all treated alike, as storage nodes do: the rest is the Ed25519
 * key that signs.
 */
export function parseAccount(bytes: Uint8Array): AccountId | null {
  return bytes.length === ACCOUNT_BYTES ? (bytes as AccountId) : null;
}

export function isSessionId(account: AccountId): boolean {
  return account[0] === SESSION_ID_PREFIX;
}

/** The account as a map key. The string is a copy: it keeps no buffer alive. */
export function accountKey(account: AccountId): AccountKey {
  return latin1(account, 0, ACCOUNT_BYTES) as AccountKey;
}

export function accountFromKey(key: AccountKey): AccountId {
  return new Uint8Array(Buffer.from(key, 'latin1')) as AccountId;
}
