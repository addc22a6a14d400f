import { hexToBytes } from '@noble/hashes/utils.js';

/** Cryptographically secure random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** `length` bytes from hexadecimal in either case, or `null` for any other text. */
export function hexBytes(text: string, length: number): Uint8Array | null {
  return text.length === length * 2 && /^[0-9A-Fa-f]+$/.test(text) ? hexToBytes(text) : null;
}

export function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that are no UTF-8 become U+FFFD: React Native's decoders know no `fatal`. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The JSON value that bytes hold, or `undefined`. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(bytes));
  } catch {
    return undefined;
  }
}

/** What `JSON.parse` made of an object; `null` for anything else, lists included. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
