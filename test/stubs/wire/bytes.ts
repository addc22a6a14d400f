/** The bytes of hexadecimal text, or null when it is not hex or not `length` bytes. */
export function fromHex(text: string, length: number): Buffer | null {
  return text.length === length * 2 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

/** The bytes of base64 text, padded or not, or null when it is not base64. */
export function fromBase64(text: string): Buffer | null {
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return null;
  if (digits.length !== text.length && text.length % 4 !== 0) return null;
  return Buffer.from(digits, 'base64');
}
