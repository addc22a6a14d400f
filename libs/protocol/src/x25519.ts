import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import type { Brand, X25519Key } from './bytes.ts';

/** 32 bytes that only diffieHellman turned into, of two keys. */
type SharedSecret = Brand<Buffer, 'X25519SharedSecret'>;

/** A key pair of ours, ready for use. */
export interface X25519Pair {
  readonly publicKey: X25519Key;
  readonly secret: KeyObject;
}

/** PKCS #8 around a raw X25519 secret (RFC 8410, section 7). */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The pair of a 32-byte secret. */
export function x25519Pair(secretBytes: Uint8Array): X25519Pair {
  const secret = x25519Secret(secretBytes);
  const der = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { publicKey: new Uint8Array(der.subarray(-32)) as X25519Key, secret };
}

export function x25519Secret(secretBytes: Uint8Array): KeyObject {
  if (secretBytes.length !== 32) throw new RangeError('an X25519 secret has 32 bytes');
  const der = Buffer.concat([PKCS8_X25519, secretBytes]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** X25519 of RFC 7748; `null` where the result would be all zeros, which is so for exactly the keys of small order. */
export function x25519(secret: KeyObject, publicKey: X25519Key): SharedSecret | null {
  try {
    return diffieHellman({ privateKey: secret, publicKey: importKey(publicKey) }) as SharedSecret;
  } catch {
    return null;
  }
}

/** JWK is the quickest of the formats in which Node takes a public key. */
function importKey(publicKey: X25519Key): KeyObject {
  const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, 32).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
}
