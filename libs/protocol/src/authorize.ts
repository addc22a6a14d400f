import { isSessionId } from './account.ts';
import type { AccountId, Ed25519Key, SubaccountTag, X25519Key } from './bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import { convertsTo } from './session-key.ts';
import { monitorSignedBytes, unsubscribeSignedBytes } from './signed-bytes.ts';
import type { MonitorRequest, Refusal, UnsubscribeRequest } from './subscription.ts';

const DAY_S = 86_400;
/** Storage nodes refuse older signatures. */
const SIGNATURE_LIFE_S = 14 * DAY_S;

/** Subaccount tag: prefix, flags, 0, 0, Ed25519 key. */
const TAG_FLAGS = 1;
const TAG_KEY = 4;
const FLAG_READ = 1;
const FLAG_ANY_PREFIX = 8;

/** Why this request may not watch the account at `nowS` (unix seconds), or `null` if it may. Cheap checks first. */
export function authorizeMonitor(request: MonitorRequest, nowS: number): Refusal | null {
  const { signedAt } = request;
  if (!(signedAt > nowS - SIGNATURE_LIFE_S && signedAt < nowS + DAY_S)) return 'timestamp';
  return authorize(request, () => monitorSignedBytes(request));
}

/** Why this request may not end a registration at `nowS` (unix seconds), or `null` if it may. */
export function authorizeUnsubscribe(request: UnsubscribeRequest, nowS: number): Refusal | null {
  if (!(Math.abs(request.signedAt - nowS) <= DAY_S)) return 'timestamp';
  return authorize(request, () => unsubscribeSignedBytes(request));
}

type Signed = MonitorRequest | UnsubscribeRequest;

function authorize(request: Signed, signedBytes: () => Uint8Array): Refusal | null {
  const { account, ed25519, subaccount, signature } = request;
  const owner = ownerKey(account, ed25519);
  if (owner === null) return 'key-mismatch';
  if (subaccount === null) return verifyEd25519(signature, signedBytes(), owner) ? null : 'signature';

  const { tag } = subaccount;
  const flags = tag[TAG_FLAGS] ?? 0;
  if ((flags & FLAG_READ) === 0) return 'subaccount-rights';
  if (tag[0] !== account[0] && (flags & FLAG_ANY_PREFIX) === 0) return 'subaccount-prefix';
  if (!verifyEd25519(subaccount.signature, tag, owner)) return 'subaccount-signature';
  return verifyEd25519(signature, signedBytes(), memberKey(tag)) ? null : 'signature';
}

/** The Ed25519 key that speaks for the account, or `null` when the one sent beside a Session ID does not convert to it. */
function ownerKey(account: AccountId, ed25519: Ed25519Key | null): Ed25519Key | null {
  const key = account.subarray(1);
  if (!isSessionId(account)) return key as Ed25519Key;
  return ed25519 !== null && convertsTo(ed25519, key as X25519Key) ? ed25519 : null;
}

function memberKey(tag: SubaccountTag): Ed25519Key {
  return tag.subarray(TAG_KEY) as Ed25519Key;
}
