import { describe, expect, test } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import sodium from 'sodium-native';
import { convertsTo, type Ed25519Key, ed25519ToX25519, verifyEd25519, type X25519Key } from '../src/index.ts';
import { adversarialCases, EDGE_ENCODINGS, Seeded, TORSION } from './adversarial.ts';
import { readVectors, unhex } from './vectors.ts';

const hex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'));
const convert = (key: Uint8Array): string | null => hex(ed25519ToX25519(key as Ed25519Key));

const ROUNDS = 160;

function sodiumConvert(key: Uint8Array): string | null {
  const out = Buffer.alloc(32);
  try {
    sodium.crypto_sign_ed25519_pk_to_curve25519(out, Buffer.from(key));
    return hex(out);
  } catch {
    return null;
  }
}

function sodiumVerifies(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  return sodium.crypto_sign_verify_detached(Buffer.from(signature), Buffer.from(message), Buffer.from(key));
}

describe('an Ed25519 signature', () => {
  test('is accepted exactly when libsodium accepts it, whatever was done to it', () => {
    const disagreements = new Set<string>();
    const accepted = new Map<string, number>();
    let cases = 0;
    for (const { family, signature, message, key } of adversarialCases(new Seeded('signatures 1'), ROUNDS)) {
      const verdict = verifyEd25519(signature, message, key);
      if (verdict !== sodiumVerifies(signature, message, key)) disagreements.add(family);
      if (verdict) accepted.set(family, (accepted.get(family) ?? 0) + 1);
      cases++;
    }
    expect([...disagreements]).toEqual([]);
    expect(cases).toBeGreaterThan(3_000);
    expect(accepted.get('honest')).toBe(ROUNDS);
    // A cofactored verifier would accept all of these, libsodium those whose torsion part vanishes by chance.
    expect(accepted.get('mixed key')).toBeLessThan(ROUNDS / 2);
    expect(accepted.get('mixed key')).toBeGreaterThan(0);
    // Some versions of OpenSSL accept these by themselves.
    for (const family of ['small key', 'small key that fits', 'small R that fits', 'identity as R']) {
      expect(accepted.get(family)).toBeUndefined();
    }
  });

  test.each([
    ['a signature of 63 bytes', 63, 32],
    ['a signature of 65 bytes', 65, 32],
    ['a key of 31 bytes', 64, 31],
    ['an empty key', 64, 0],
  ])('with %s is refused', (_, signatureLength, keyLength) => {
    expect(verifyEd25519(new Uint8Array(signatureLength), new Uint8Array(1), new Uint8Array(keyLength))).toBe(false);
  });
});

describe('an Ed25519 key', () => {
  const accounts = readVectors('accounts.json') as { ed25519: string; session_id: string }[];

  test.each(accounts)('$ed25519 is the Session ID $session_id', ({ ed25519: key, session_id }) => {
    expect(`05${convert(unhex(key))}`).toBe(session_id);
  });

  test('converts to X25519 exactly when libsodium converts it, and to the same', () => {
    const random = new Seeded('keys 1');
    const points = Array.from({ length: 60 }, () => ed25519.Point.BASE.multiply(random.scalar()));
    const keys = [
      ...EDGE_ENCODINGS,
      ...points.flatMap((point) => TORSION.map((torsion) => point.add(torsion).toBytes())),
      ...Array.from({ length: 500 }, () => random.bytes(32)),
    ];
    expect(keys.map(convert)).toEqual(keys.map(sodiumConvert));
    expect(keys.filter((key) => convert(key) !== null).length).toBeGreaterThan(60);
  });

  test('is confirmed as the origin of its X25519 form, and of no other', () => {
    const random = new Seeded('keys 2');
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte));
    const keys = [...EDGE_ENCODINGS, ...Array.from({ length: 200 }, () => random.bytes(32))];
    for (const key of keys) {
      const converted = ed25519ToX25519(key as Ed25519Key);
      const claimed = converted ?? (key as X25519Key);
      expect(convertsTo(key as Ed25519Key, claimed)).toBe(converted !== null);
      expect(convertsTo(key as Ed25519Key, flipped(claimed) as X25519Key)).toBe(false);
    }
  });

  test('with a torsion part is not confirmed, though the equation holds', () => {
    for (const torsion of TORSION.slice(1)) {
      const point = ed25519.Point.BASE.multiply(new Seeded('keys 3').scalar()).add(torsion);
      const u = ed25519.utils.toMontgomery(point.toBytes());
      expect(convertsTo(point.toBytes() as Ed25519Key, u as X25519Key)).toBe(false);
    }
  });

  test('is not confirmed by a form that is not canonical', () => {
    const u = numberToBytesLE(9n + ed25519.Point.Fp.ORDER, 32) as X25519Key;
    const key = ed25519.Point.BASE.toBytes() as Ed25519Key;
    expect(convertsTo(key, numberToBytesLE(9n, 32) as X25519Key)).toBe(true);
    expect(convertsTo(key, u)).toBe(false);
  });

  test('of another length than 32 bytes is refused', () => {
    expect(convert(new Uint8Array(31).fill(9))).toBeNull();
    expect(convert(new Uint8Array(33).fill(9))).toBeNull();
  });
});
