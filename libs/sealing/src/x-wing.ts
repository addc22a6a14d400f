import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/*
 * X-Wing, draft-connolly-cfrg-xwing-kem-10: ML-KEM-768 and X25519 under one roof; whoever breaks only one of them learns
 * nothing. Section numbers below are the draft's.
 */

export const X_WING_SEED_BYTES = 32;
export const X_WING_PUBLIC_BYTES = 1216;
export const X_WING_CIPHERTEXT_BYTES = 1120;

const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
/** `\.//^\`, section 5.3. */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');

// DER up to where the raw key begins: RFC 9935 (ML-KEM; private keys as their seed) and RFC 8410 (X25519).
const MLKEM_SPKI = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex');
const MLKEM_PKCS8 = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const X25519_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** A recipient's public key, checked and ready for encapsulation. */
export interface XWingPublicKey {
  readonly bytes: Uint8Array;
  readonly mlkem: KeyObject;
  readonly x25519: KeyObject;
}

export interface XWingSecretKey {
  readonly publicKey: XWingPublicKey;
  readonly mlkem: KeyObject;
  readonly x25519: KeyObject;
}

/** Section 5.2: expands a 32-byte seed, the form in which secret keys are kept. */
export function xWingSecretKey(seed: Uint8Array): XWingSecretKey {
  if (seed.length !== X_WING_SEED_BYTES) throw new RangeError('an X-Wing seed has 32 bytes');
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const mlkem = privateKey(MLKEM_PKCS8, expanded.subarray(0, 64));
  const x25519 = privateKey(X25519_PKCS8, expanded.subarray(64));
  expanded.fill(0);
  const publicKeys = { mlkem: createPublicKey(mlkem), x25519: createPublicKey(x25519) };
  const bytes = Buffer.concat([
    raw(publicKeys.mlkem, MLKEM_PUBLIC_BYTES),
    raw(publicKeys.x25519, X_WING_PUBLIC_BYTES - MLKEM_PUBLIC_BYTES),
  ]);
  return { publicKey: { bytes, ...publicKeys }, mlkem, x25519 };
}

/** A public key from its 1216 bytes; null when they are not one. */
export function xWingPublicKey(bytes: Uint8Array): XWingPublicKey | null {
  if (bytes.length !== X_WING_PUBLIC_BYTES) return null;
  try {
    const mlkem = publicKey(MLKEM_SPKI, bytes.subarray(0, MLKEM_PUBLIC_BYTES));
    const x25519 = publicKey(X25519_SPKI, bytes.subarray(MLKEM_PUBLIC_BYTES));
    const key = { bytes, mlkem, x25519 };
    // A small-order X25519 part is only noticed when it is used.
    xWingEncapsulate(key);
    return key;
  } catch {
    return null;
  }
}

/** Section 5.4: a fresh 32-byte secret for the holder of `recipient`, and the 1120 bytes that tell him. */
export function xWingEncapsulate(recipient: XWingPublicKey): { sharedSecret: Buffer; ciphertext: Buffer } {
  const ephemeral = generateKeyPairSync('x25519');
  const lattice = encapsulate(recipient.mlkem);
  const curveCiphertext = raw(ephemeral.publicKey, 32);
  const curveSecret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.x25519 });
  return {
    sharedSecret: combine(lattice.sharedKey, curveSecret, curveCiphertext, recipient),
    ciphertext: Buffer.concat([lattice.ciphertext, curveCiphertext]),
  };
}

/**
 * Section 5.5: the 32-byte secret inside `ciphertext`; null for another length or a small-order point. A ciphertext
 * made for somebody else yields a secret that opens nothing.
 */
export function xWingDecapsulate(secret: XWingSecretKey, ciphertext: Uint8Array): Buffer | null {
  if (ciphertext.length !== X_WING_CIPHERTEXT_BYTES) return null;
  const curveCiphertext = ciphertext.subarray(MLKEM_CIPHERTEXT_BYTES);
  try {
    const latticeSecret = decapsulate(secret.mlkem, ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES));
    const ephemeral = publicKey(X25519_SPKI, curveCiphertext);
    const curveSecret = diffieHellman({ privateKey: secret.x25519, publicKey: ephemeral });
    return combine(latticeSecret, curveSecret, curveCiphertext, secret.publicKey);
  } catch {
    return null;
  }
}

/** Section 5.3. */
function combine(lattice: Buffer, curve: Buffer, curveCiphertext: Uint8Array, recipient: XWingPublicKey): Buffer {
  const combined = createHash('sha3-256')
    .update(lattice)
    .update(curve)
    .update(curveCiphertext)
    .update(recipient.bytes.subarray(MLKEM_PUBLIC_BYTES))
    .update(LABEL)
    .digest();
  lattice.fill(0);
  curve.fill(0);
  return combined;
}

function privateKey(prefix: Buffer, key: Uint8Array): KeyObject {
  const der = Buffer.concat([prefix, key]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

function publicKey(prefix: Buffer, key: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, key]), format: 'der', type: 'spki' });
}

function raw(key: KeyObject, length: number): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-length);
}
