import { type DeviceToken, SERVICES } from '@push/protocol';
import type { DeviceRecord } from './registration.ts';

/*
 * service (1) ‖ token kind (1) ‖ registered on (2, days since 1970) ‖ token length (2) ‖ token ‖ zeros up to the size.
 * Numbers are big-endian.
 */
const HEADER_BYTES = 6;
const SMALL_BYTES = 192;
const LARGE_BYTES = 1_024;
const MAX_TOKEN_BYTES = 999;
/** Kinds of address a provider can be given; Google is introducing another beside the token. */
const TOKEN_KIND_CODE = 0;

export function encodeDeviceRecord({ service, token, registeredOn }: DeviceRecord): Uint8Array {
  if (token.length > MAX_TOKEN_BYTES) throw new RangeError('the token is too long');
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = SERVICES.indexOf(service);
  header[1] = TOKEN_KIND_CODE;
  header.writeUInt16BE(registeredOn, 2);
  header.writeUInt16BE(token.length, 4);
  return Buffer.concat([header, token], sizeFor(token.length));
}

/** Null for anything {@link encodeDeviceRecord} does not write. Copies what it keeps. */
export function decodeDeviceRecord(bytes: Uint8Array): DeviceRecord | null {
  if (bytes.length !== SMALL_BYTES && bytes.length !== LARGE_BYTES) return null;
  const buffer = Buffer.from(bytes);
  const service = SERVICES[buffer.readUInt8(0)];
  const length = buffer.readUInt16BE(4);
  if (service === undefined || buffer[1] !== TOKEN_KIND_CODE) return null;
  if (length === 0 || length > MAX_TOKEN_BYTES || sizeFor(length) !== buffer.length) return null;
  if (buffer.subarray(HEADER_BYTES + length).some((byte) => byte !== 0)) return null;
  const token = new Uint8Array(buffer.subarray(HEADER_BYTES, HEADER_BYTES + length)) as DeviceToken;
  return { service, token, tokenKind: 'token', registeredOn: buffer.readUInt16BE(2) };
}

function sizeFor(tokenBytes: number): number {
  return HEADER_BYTES + tokenBytes <= SMALL_BYTES ? SMALL_BYTES : LARGE_BYTES;
}
