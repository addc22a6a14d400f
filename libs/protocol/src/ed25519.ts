import { createPublicKey, verify } from 'node:crypto';
import type { Ed25519Key } from './bytes.ts';
import { hasSmallOrderY } from './small-order.ts';

/**
 * Whether libsodium's `crypto_sign_verify_detached` would accept. Storage nodes verify the same signatures with it, so one
 * that only a laxer verifier accepts would be worthless.
 *
 * node:crypto is the verdict, after libsodium's own refusals: a small-order A or R, and a y of A that is not below p. OpenSSL
 * has gone both ways on these. Like libsodium it refuses S ≥ L and compares R as bytes (cofactorless).
 */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64 || key.length !== 32) return false;
  if (!isBelowP(key) || hasSmallOrderY(key) || hasSmallOrderY(signature)) return false;
  try {
    return verify(null, message, publicKey(key as Ed25519Key), signature);
  } catch {
    return false;
  }
}

/** JWK is the quickest of the formats in which Node takes an Ed25519 key. */
function publicKey(key: Ed25519Key): ReturnType<typeof createPublicKey> {
  const x = Buffer.from(key.buffer, key.byteOffset, 32).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** The y of a point's encoding (its first 32 bytes, sign bit masked) is below p = 2^255 − 19. */
function isBelowP(point: Uint8Array): boolean {
  if (((point[31] ?? 0) & 0x7f) !== 0x7f) return true;
  for (let i = 30; i > 0; i--) if (point[i] !== 0xff) return true;
  return (point[0] ?? 0) < 0xed;
}
