import type { X25519Key } from '../bytes.ts';

/** How the ciphertexts of one onion request are made: the request and its answer alike. */
export type OnionCipherName = 'xchacha20' | 'aes-gcm';

/** What the last storage node of the path hands on. */
export interface OnionEnvelope {
  /** A view of the request. */
  readonly ciphertext: Uint8Array;
  /** The client's, for this request alone. */
  readonly ephemeralKey: X25519Key;
  readonly cipher: OnionCipherName;
}

/** Most bytes of the JSON behind the ciphertext. The routing fields of other parties are in there, too. */
const MAX_JSON_BYTES = 4_096;
const LENGTH_BYTES = 4;
const CIPHERS: ReadonlyMap<unknown, OnionCipherName> = new Map([
  ['xchacha20', 'xchacha20'],
  ['xchacha20-poly1305', 'xchacha20'],
  ['aes-gcm', 'aes-gcm'],
  ['gcm', 'aes-gcm'],
  [undefined, 'aes-gcm'],
  [null, 'aes-gcm'],
]);
const HEX_KEY = /^[0-9A-Fa-f]{64}$/;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** As JSON has it: space, tab, line feed, carriage return. */
const WHITE_SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads N (four bytes, little-endian) ‖ N bytes of ciphertext ‖ JSON. `null` for anything else. Nothing in it is authenticated. */
export function readOnionEnvelope(body: Uint8Array): OnionEnvelope | null {
  if (body.length < LENGTH_BYTES) return null;
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const end = LENGTH_BYTES + length;
  if (end > body.length || body.length - end > MAX_JSON_BYTES) return null;
  const fields = jsonObject(body.subarray(end));
  const cipher = CIPHERS.get(fields?.['enc_type']);
  const key = fields?.['ephemeral_key'];
  if (cipher === undefined || typeof key !== 'string' || !HEX_KEY.test(key)) return null;
  return {
    ciphertext: body.subarray(LENGTH_BYTES, end),
    ephemeralKey: new Uint8Array(Buffer.from(key, 'hex')) as X25519Key,
    cipher,
  };
}

/**
 * A JSON object in UTF-8 bytes, or `null`. What does not even begin and end like one costs no exception, so that bytes which
 * were shifted or cut take no longer than others.
 */
export function jsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  const isInk = (byte: number): boolean => !WHITE_SPACE.has(byte);
  if (bytes.find(isInk) !== OPENING_BRACE || bytes.findLast(isInk) !== CLOSING_BRACE) return null;
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
