import { describe, expect, test } from '@jest/globals';
import { ml_kem768_x25519 as nobleXWing } from '@noble/post-quantum/hybrid.js';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { xWingDecapsulate, xWingEncapsulate, xWingPublicKey, xWingSecretKey } from '../src/x-wing.ts';

interface Vector {
  readonly seed: string;
  readonly eseed: string;
  readonly pk: string;
  readonly ct: string;
  readonly ss: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('x-wing-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const seeds = Array.from({ length: 16 }, (_, n) => createHash('sha256').update(`x-wing ${n}`).digest());

describe("the draft's vectors", () => {
  test.each(vectors)('give the key pair of seed $seed', ({ seed, pk }) => {
    expect(hex(xWingSecretKey(Buffer.from(seed, 'hex')).publicKey.bytes)).toBe(pk);
  });

  test.each(vectors)('give the shared secret of the ciphertext for seed $seed', ({ seed, ct, ss }) => {
    const secret = xWingDecapsulate(xWingSecretKey(Buffer.from(seed, 'hex')), Buffer.from(ct, 'hex'));
    expect(hex(secret ?? Buffer.alloc(0))).toBe(ss);
  });
});

describe('an independent implementation', () => {
  test('derives the same public keys', () => {
    for (const seed of seeds)
      expect(xWingSecretKey(seed).publicKey.bytes).toEqual(Buffer.from(nobleXWing.getPublicKey(seed)));
  });

  test('decapsulates what is encapsulated here', () => {
    for (const seed of seeds) {
      const { sharedSecret, ciphertext } = xWingEncapsulate(xWingSecretKey(seed).publicKey);
      expect(ciphertext).toHaveLength(1120);
      expect(hex(nobleXWing.decapsulate(ciphertext, seed))).toBe(hex(sharedSecret));
    }
  });

  test('encapsulates what is decapsulated here', () => {
    for (const seed of seeds) {
      const { sharedSecret, cipherText } = nobleXWing.encapsulate(nobleXWing.getPublicKey(seed));
      expect(hex(xWingDecapsulate(xWingSecretKey(seed), cipherText) ?? Buffer.alloc(0))).toBe(hex(sharedSecret));
    }
  });
});

describe('a bad peer', () => {
  const [seed = Buffer.alloc(32), otherSeed = Buffer.alloc(32)] = seeds;
  const secret = xWingSecretKey(seed);

  test("gets another secret for another recipient's ciphertext, or for a changed one", () => {
    const { sharedSecret, ciphertext } = xWingEncapsulate(xWingSecretKey(otherSeed).publicKey);
    expect(xWingDecapsulate(secret, ciphertext)).not.toEqual(sharedSecret);
    const own = xWingEncapsulate(secret.publicKey);
    for (const at of [0, 1087, 1088, 1119]) {
      const changed = Buffer.from(own.ciphertext);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(xWingDecapsulate(secret, changed)).not.toEqual(own.sharedSecret);
    }
  });

  test('gets null for a ciphertext of another length or with a small-order point', () => {
    const { ciphertext } = xWingEncapsulate(secret.publicKey);
    expect(xWingDecapsulate(secret, ciphertext.subarray(1))).toBeNull();
    expect(xWingDecapsulate(secret, Buffer.concat([ciphertext, Buffer.of(0)]))).toBeNull();
    expect(xWingDecapsulate(secret, Buffer.concat([ciphertext.subarray(0, 1088), Buffer.alloc(32)]))).toBeNull();
  });

  test('cannot pass off other bytes as a public key', () => {
    const good = Buffer.from(secret.publicKey.bytes);
    expect(xWingPublicKey(good)).not.toBeNull();
    expect(xWingPublicKey(good.subarray(1))).toBeNull();
    // Coefficients of an ML-KEM key are below 3329 (FIPS 203, section 7.2).
    expect(xWingPublicKey(Buffer.concat([Buffer.alloc(1184, 0xff), good.subarray(1184)]))).toBeNull();
    expect(xWingPublicKey(Buffer.concat([good.subarray(0, 1184), Buffer.alloc(32)]))).toBeNull();
  });
});
