import { ed25519 } from '@noble/curves/ed25519.js';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import type { Ed25519Key, X25519Key } from './bytes.ts';
import { isSmallOrder } from './ed25519.ts';

const { Fp } = ed25519.Point;
const SIGN_BIT = 1n << 255n;

/**
 * The X25519 form of an Ed25519 key, u = (1 + y) / (1 − y): a Session ID without its prefix.
 *
 * @returns `null` for exactly the keys that libsodium's `crypto_sign_ed25519_pk_to_curve25519` refuses: small order, not on
 * the curve, or with a torsion part.
 */
export function ed25519ToX25519(key: Ed25519Key): X25519Key | null {
  if (key.length !== 32 || isSmallOrder(key)) return null;
  const y = Fp.create(fromLittleEndian(key) & (SIGN_BIT - 1n));
  const u = Fp.mul(Fp.add(Fp.ONE, y), Fp.inv(Fp.sub(Fp.ONE, y)));
  const bytes = Buffer.from(u.toString(16).padStart(64, '0'), 'hex').toReversed();
  return isInPrimeOrderSubgroup(bytes) ? (new Uint8Array(bytes) as X25519Key) : null;
}

/**
 * X25519(5L − 1, u) = u exactly when the point is in the subgroup of order L: 5L takes a point P = Q + T to its torsion part T
 * (5L ≡ 1 mod 8), so (5L − 1)P = −P only for T = 0. The scalar is a multiple of 8 with bit 254 set, so clamping keeps it.
 * A u of the quadratic twist (no point of the curve) fails as well: its group has another order.
 */
function isInPrimeOrderSubgroup(u: Buffer): boolean {
  try {
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: u.toString('base64url') },
      format: 'jwk',
    });
    return diffieHellman({ privateKey: FIVE_L_MINUS_ONE, publicKey }).equals(u);
  } catch {
    return false;
  }
}

const PKCS8_X25519 = '302e020100300506032b656e04220420';
const FIVE_L_MINUS_ONE = createPrivateKey({
  key: Buffer.from(`${PKCS8_X25519}${littleEndianHex(5n * ed25519.Point.Fn.ORDER - 1n)}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});

function littleEndianHex(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed().toString('hex');
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toReversed().toString('hex')}`);
}
