const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice: (this: Uint8Array, from: number, to: number) => string;
};

/** `bytes[from, to)` as one character a byte: a copy that keeps nothing alive. Needs no Buffer around the bytes. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return latin1Slice.call(bytes, from, to);
}
