import { storeString } from '../wire/signed-strings.ts';
import { SubaccountRight } from '../wire/subaccount.ts';
import { type Authentication, readAuthentication, refusalOf } from './authentication.ts';
import { isPublicInbox, isPubliclyReadable } from './namespaces.ts';
import { BadCall, type Params } from './params.ts';
import type { StorageAnswer } from './storage-answer.ts';

export interface StoreRequest {
  readonly account: Buffer;
  readonly namespace: number;
  readonly timestampMs: number;
  readonly expiryMs: number;
  readonly data: Buffer;
  readonly authentication: Authentication | null;
}

const MAX_DATA_BYTES = 76_800;
const MIN_TTL_MS = 10_000;
const DAY_MS = 86_400_000;
const MAX_TTL_MS = { public: 14 * DAY_MS, own: 30 * DAY_MS } as const;
const CLOCK_TOLERANCE_MS = 10_000;

/** Throws `BadCall`. */
export function readStore(params: Params): StoreRequest {
  const account = params.account();
  const data = params.bytes('data');
  if (data.length > MAX_DATA_BYTES) throw new BadCall(`data exceeds ${MAX_DATA_BYTES} bytes`);
  const timestampMs = params.integer('timestamp');
  if (params.has('ttl') === params.has('expiry')) throw new BadCall('either ttl or expiry is required');
  const expiryMs = params.has('expiry') ? params.integer('expiry') : timestampMs + params.integer('ttl');
  const authentication = readAuthentication(params, 'sig_timestamp');
  return { account, namespace: params.namespace(), timestampMs, expiryMs, data, authentication };
}

/** Why the message is not kept, or null: its lifetime, its time, or the signature that its namespace takes. */
export function storeRefusal(request: StoreRequest, isForwarded: boolean, nowMs: number): StorageAnswer | null {
  const { account, namespace, timestampMs, expiryMs, authentication } = request;
  const isPublic = isPublicInbox(namespace);
  const ttlMs = expiryMs - timestampMs;
  if (ttlMs < MIN_TTL_MS || ttlMs > MAX_TTL_MS[isPublic ? 'public' : 'own']) {
    return { status: 403, body: 'Provided expiry/TTL is not valid.' };
  }
  if (timestampMs > nowMs + CLOCK_TOLERANCE_MS || expiryMs < nowMs - CLOCK_TOLERANCE_MS) {
    return { status: 406, body: 'Timestamp error: check your clock' };
  }
  if (isPublic) return null;
  const signed = storeString(namespace, authentication?.timestampMs ?? 0);
  // Storing to a public outbox replaces what was there, which takes the right to delete.
  const replaces = isPubliclyReadable(namespace) ? SubaccountRight.delete : 0;
  const claim = { account, signed, neededRights: SubaccountRight.write | replaces, isForwarded };
  return refusalOf(authentication, claim, nowMs);
}

/** The same call again, as JSON parameters for a sibling. */
export function writeStore({ account, namespace, timestampMs, expiryMs, data, authentication }: StoreRequest): object {
  const subaccount = authentication?.subaccount ?? null;
  return {
    pubkey: account.toString('hex'),
    namespace,
    timestamp: timestampMs,
    expiry: expiryMs,
    data: data.toString('base64'),
    ...(authentication !== null && {
      signature: authentication.signature.toString('base64'),
      sig_timestamp: authentication.timestampMs,
    }),
    ...(authentication?.ed25519 && { pubkey_ed25519: authentication.ed25519.toString('hex') }),
    ...(subaccount !== null && {
      subaccount: subaccount.tag.toString('base64'),
      subaccount_sig: subaccount.signature.toString('base64'),
    }),
  };
}
