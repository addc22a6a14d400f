import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import type { Ed25519Key, X25519Key } from './bytes.ts';
import { hasSmallOrderY } from './small-order.ts';
import { x25519, x25519Secret } from './x25519.ts';

const { Fp } = ed25519.Point;
const SIGN_BIT = 1n << 255n;

/**
 * The X25519 form of an Ed25519 key, u = (1 + y) / (1 − y): a Session ID without its prefix.
 *
 * @returns `null` for exactly the keys that libsodium's `crypto_sign_ed25519_pk_to_curve25519` refuses: small order, not on
 * the curve, or with a torsion part.
 */
export function ed25519ToX25519(key: Ed25519Key): X25519Key | null {
  if (key.length !== 32 || hasSmallOrderY(key)) return null;
  const y = yOf(key);
  const u = Fp.mul(Fp.add(Fp.ONE, y), Fp.inv(Fp.sub(Fp.ONE, y)));
  const bytes = numberToBytesLE(u, 32);
  return isInPrimeOrderSubgroup(bytes) ? (bytes as X25519Key) : null;
}

/**
 * Whether {@link ed25519ToX25519} of `key` is `converted`, in little more than half the time: u · (1 − y) = 1 + y needs no
 * inversion, and a key of somebody else is found out before the curve is touched. A form that is not canonical fails
 * there, since X25519 answers in the canonical one.
 */
export function convertsTo(key: Ed25519Key, converted: X25519Key): boolean {
  if (key.length !== 32 || converted.length !== 32 || hasSmallOrderY(key)) return false;
  const y = yOf(key);
  const u = bytesToNumberLE(converted);
  const isMatch = Fp.eql(Fp.mul(u, Fp.sub(Fp.ONE, y)), Fp.add(Fp.ONE, y));
  return isMatch && isInPrimeOrderSubgroup(converted);
}

/** libsodium takes a y that is not below p modulo p. */
function yOf(key: Ed25519Key): bigint {
  return Fp.create(bytesToNumberLE(key) & (SIGN_BIT - 1n));
}

/**
 * X25519(5L − 1, u) = u exactly when the point is in the subgroup of order L: 5L takes a point P = Q + T to its torsion part T
 * (5L ≡ 1 mod 8), so (5L − 1)P = −P only for T = 0. The scalar is a multiple of 8 with bit 254 set, so clamping keeps it.
 * A u of the quadratic twist (no point of the curve) fails as well: its group has another order.
 */
function isInPrimeOrderSubgroup(u: Uint8Array): boolean {
  return x25519(FIVE_L_MINUS_ONE, u as X25519Key)?.equals(u) ?? false;
}

const FIVE_L_MINUS_ONE = x25519Secret(numberToBytesLE(5n * ed25519.Point.Fn.ORDER - 1n, 32));
