import { randomBytes } from 'node:crypto';

export const NONCE_BYTES = 12;
const DRAWN_AT_ONCE = 256;

let pool = Buffer.alloc(0);

/** A random 96-bit nonce. Drawn in bulk, since a single draw costs as much as sealing a record. */
export function freshNonce(): Buffer {
  if (pool.length === 0) pool = randomBytes(NONCE_BYTES * DRAWN_AT_ONCE);
  const nonce = pool.subarray(0, NONCE_BYTES);
  pool = pool.subarray(NONCE_BYTES);
  return nonce;
}
