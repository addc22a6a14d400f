import { concatBytes } from '@noble/hashes/utils.js';
import { utf8Bytes } from '../bytes.ts';

/** A bencoded list of two byte strings, the form of requests and answers inside an onion request of version 4. */
export function encodePair(first: Uint8Array, second: Uint8Array): Uint8Array {
  return concatBytes(utf8Bytes(`l${first.length}:`), first, utf8Bytes(`${second.length}:`), second, utf8Bytes('e'));
}

/** The two strings of such a list, or `null` for anything else. */
export function decodePair(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] | null {
  if (bytes[0] !== LIST) return null;
  const first = stringAt(bytes, 1);
  const second = first === null ? null : stringAt(bytes, first.end);
  if (first === null || second === null) return null;
  return bytes[second.end] === END && bytes.length === second.end + 1 ? [first.value, second.value] : null;
}

const [LIST, END, COLON, ZERO] = [0x6c, 0x65, 0x3a, 0x30];
/** More than any answer is long. */
const MAX_DIGITS = 8;

function stringAt(bytes: Uint8Array, at: number): { readonly value: Uint8Array; readonly end: number } | null {
  const colon = bytes.indexOf(COLON, at);
  if (colon < 0 || colon === at || colon - at > MAX_DIGITS) return null;
  const digits = bytes.subarray(at, colon);
  if (!digits.every((digit) => digit >= ZERO && digit <= ZERO + 9)) return null;
  if (digits[0] === ZERO && digits.length > 1) return null;
  const length = digits.reduce((sum, digit) => sum * 10 + digit - ZERO, 0);
  const end = colon + 1 + length;
  return end > bytes.length ? null : { value: bytes.subarray(colon + 1, end), end };
}
