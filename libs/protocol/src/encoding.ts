const HEX = /^[0-9A-Fa-f]+$/;
/** Standard alphabet, optional padding; what a group of four leaves over is checked by {@link isCanonical}. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads a byte value as clients write them: hexadecimal in either case, or standard base64 with or without padding.
 *
 * The two never have the same length for the same number of bytes, so `length` (bytes, at least 5) decides which it is.
 * @returns exactly `length` bytes, or `null` for anything else: white space, trailing characters, stray padding bits.
 */
export function parseBytes(text: string, length: number): Uint8Array | null {
  if (text.length === length * 2) return HEX.test(text) ? Buffer.from(text, 'hex') : null;
  const unpadded = Math.ceil((length * 4) / 3);
  const padded = Math.ceil(length / 3) * 4;
  if ((text.length !== unpadded && text.length !== padded) || !BASE64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && isCanonical(bytes, text, unpadded) ? bytes : null;
}

/** The last character may carry bits beyond the last byte; only zeros are canonical (RFC 4648, section 3.5). */
function isCanonical(bytes: Buffer, text: string, unpadded: number): boolean {
  return bytes.length % 3 === 0 || bytes.toString('base64')[unpadded - 1] === text[unpadded - 1];
}
