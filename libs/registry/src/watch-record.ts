import {
  type AccountId,
  areNamespaces,
  type DeviceId,
  type Ed25519Key,
  isSessionId,
  MAX_NAMESPACES,
  type MonitorRequest,
  SERVICES,
  type Signature,
  type SubaccountTag,
  type UnixSeconds,
} from '@push/protocol';
import type { WatchRecord } from './registration.ts';

/*
 * flags (1) ‖ service (1) ‖ number of namespaces (1) ‖ signed at (5) ‖ account (33) ‖ device id (16) ‖ signature (64)
 * ‖ namespaces (int16 each) [‖ Ed25519 key (32)] [‖ subaccount tag (36) ‖ its signature (64)] ‖ zeros up to the size.
 * Numbers are big-endian.
 */
const SMALL_BYTES = 272;
const LARGE_BYTES = 320;
/** Up to this many, a record is small whatever else it holds, so its size tells nothing. Today's apps have five. */
const SMALL_NAMESPACES = 8;

const FLAG = { sessionKey: 1, subaccount: 2, data: 4, polls: 8 } as const;
const ALL_FLAGS = 15;
const ACCOUNT_BYTES = 33;
const FIXED_BYTES = 8 + ACCOUNT_BYTES + 16 + 64;

export function encodeWatchRecord({ request, service, deviceId, polls }: WatchRecord): Uint8Array {
  const { namespaces, ed25519, subaccount } = request;
  if (namespaces.length > MAX_NAMESPACES) throw new RangeError('too many namespaces');
  const head = Buffer.alloc(8);
  head[0] =
    (ed25519 === null ? 0 : FLAG.sessionKey) |
    (subaccount === null ? 0 : FLAG.subaccount) |
    (request.wantsData ? FLAG.data : 0) |
    (polls ? FLAG.polls : 0);
  head[1] = SERVICES.indexOf(service);
  head[2] = namespaces.length;
  head.writeUIntBE(request.signedAt, 3, 5);
  const list = Buffer.alloc(2 * namespaces.length);
  for (const [i, namespace] of namespaces.entries()) list.writeInt16BE(namespace, 2 * i);
  const parts: Uint8Array[] = [head, request.account, Buffer.from(deviceId, 'base64url'), request.signature, list];
  if (ed25519 !== null) parts.push(ed25519);
  if (subaccount !== null) parts.push(subaccount.tag, subaccount.signature);
  return Buffer.concat(parts, namespaces.length <= SMALL_NAMESPACES ? SMALL_BYTES : LARGE_BYTES);
}

/** Null for anything {@link encodeWatchRecord} does not write. Copies what it keeps. */
export function decodeWatchRecord(bytes: Uint8Array): WatchRecord | null {
  const [flags = 0, serviceCode = 0, count = 0] = bytes;
  const service = SERVICES[serviceCode];
  if (bytes.length !== (count <= SMALL_NAMESPACES ? SMALL_BYTES : LARGE_BYTES)) return null;
  if (service === undefined || flags > ALL_FLAGS || count > MAX_NAMESPACES) return null;
  const buffer = Buffer.from(bytes);
  let at = 8;
  const take = (length: number): Uint8Array => new Uint8Array(buffer.subarray(at, (at += length)));
  const account = take(ACCOUNT_BYTES) as AccountId;
  const deviceId = Buffer.from(take(16)).toString('base64url') as DeviceId;
  const signature = take(64) as Signature;
  const namespaces = Array.from({ length: count }, (_, i) => buffer.readInt16BE(FIXED_BYTES + 2 * i));
  at += 2 * count;
  const ed25519 = (flags & FLAG.sessionKey) === 0 ? null : (take(32) as Ed25519Key);
  const subaccount =
    (flags & FLAG.subaccount) === 0 ? null : { tag: take(36) as SubaccountTag, signature: take(64) as Signature };
  if (!areNamespaces(namespaces) || isSessionId(account) !== (ed25519 !== null)) return null;
  if (buffer.subarray(at).some((byte) => byte !== 0)) return null;
  const request: MonitorRequest = {
    account,
    ed25519,
    subaccount,
    namespaces,
    wantsData: (flags & FLAG.data) !== 0,
    signedAt: buffer.readUIntBE(3, 5) as UnixSeconds,
    signature,
  };
  return { request, service, deviceId, polls: (flags & FLAG.polls) !== 0 };
}
