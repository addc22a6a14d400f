import { createRequire } from 'node:module';

/** The few calls of sodium-native used here; the package ships no types. Outputs are written into the first argument. */
interface Sodium {
  crypto_sign_seed_keypair(publicKey: Buffer, secretKey: Buffer, seed: Uint8Array): void;
  crypto_sign_detached(signature: Buffer, message: Uint8Array, secretKey: Uint8Array): void;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  crypto_sign_ed25519_pk_to_curve25519(x25519: Buffer, ed25519: Uint8Array): void;
  crypto_sign_ed25519_sk_to_curve25519(x25519: Buffer, ed25519: Uint8Array): void;
  crypto_scalarmult_base(publicKey: Buffer, secretKey: Uint8Array): void;
  crypto_scalarmult(shared: Buffer, secretKey: Uint8Array, publicKey: Uint8Array): void;
  crypto_box_seal(sealed: Buffer, message: Uint8Array, publicKey: Uint8Array): void;
  crypto_box_seal_open(message: Buffer, sealed: Uint8Array, publicKey: Uint8Array, secretKey: Uint8Array): boolean;
  crypto_secretbox_easy(box: Buffer, message: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  crypto_secretbox_open_easy(message: Buffer, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    box: Buffer,
    message: Uint8Array,
    associated: null,
    unused: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    message: Buffer,
    unused: null,
    box: Uint8Array,
    associated: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_generichash_batch(hash: Buffer, parts: readonly Uint8Array[]): void;
  randombytes_buf(buffer: Buffer): void;
}
const sodium = createRequire(import.meta.url)('sodium-native') as Sodium;

/** Public key 32 bytes; secret key 64 bytes for Ed25519 (seed ‖ public key), 32 for X25519. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly secretKey: Buffer;
}

const SEAL_BYTES = 48;
const SECRETBOX_NONCE_BYTES = 24;
const SECRETBOX_MAC_BYTES = 16;
const XCHACHA_NONCE_BYTES = 24;
const XCHACHA_TAG_BYTES = 16;

export function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  sodium.randombytes_buf(bytes);
  return bytes;
}

/** RFC 8032 key pair of a 32-byte seed. */
export function ed25519FromSeed(seed: Uint8Array): KeyPair {
  const pair = { publicKey: Buffer.alloc(32), secretKey: Buffer.alloc(64) };
  sodium.crypto_sign_seed_keypair(pair.publicKey, pair.secretKey, seed);
  return pair;
}

export function sign(message: string | Uint8Array, secretKey: Uint8Array): Buffer {
  const signature = Buffer.alloc(64);
  sodium.crypto_sign_detached(signature, Buffer.from(message), secretKey);
  return signature;
}

/** libsodium's verdict; wrong lengths are a no. */
export function verifies(signature: Uint8Array, message: string | Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  return sodium.crypto_sign_verify_detached(signature, Buffer.from(message), publicKey);
}

/** The X25519 form of an Ed25519 public key, or null where libsodium refuses the key. */
export function x25519Of(ed25519: Uint8Array): Buffer | null {
  const x25519 = Buffer.alloc(32);
  try {
    sodium.crypto_sign_ed25519_pk_to_curve25519(x25519, ed25519);
    return x25519;
  } catch {
    return null;
  }
}

/** The X25519 pair that belongs to an Ed25519 pair. */
export function x25519PairOf(ed25519: KeyPair): KeyPair {
  const pair = { publicKey: Buffer.alloc(32), secretKey: Buffer.alloc(32) };
  sodium.crypto_sign_ed25519_sk_to_curve25519(pair.secretKey, ed25519.secretKey);
  sodium.crypto_scalarmult_base(pair.publicKey, pair.secretKey);
  return pair;
}

/** The X25519 pair of a secret key. Default: a fresh one. */
export function x25519Pair(secretKey: Buffer = randomBytes(32)): KeyPair {
  const publicKey = Buffer.alloc(32);
  sodium.crypto_scalarmult_base(publicKey, secretKey);
  return { publicKey, secretKey };
}

/** X25519, 32 bytes; null for a public key of small order, with which the result is zero whoever computes it. */
export function sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Buffer | null {
  const shared = Buffer.alloc(32);
  try {
    sodium.crypto_scalarmult(shared, secretKey, publicKey);
    return shared;
  } catch {
    return null;
  }
}

/** An anonymous box that only the owner of `publicKey` (X25519) opens. */
export function seal(message: Uint8Array, publicKey: Uint8Array): Buffer {
  const sealed = Buffer.alloc(message.length + SEAL_BYTES);
  sodium.crypto_box_seal(sealed, message, publicKey);
  return sealed;
}

export function openSealed(sealed: Uint8Array, { publicKey, secretKey }: KeyPair): Buffer | null {
  if (sealed.length < SEAL_BYTES) return null;
  const message = Buffer.alloc(sealed.length - SEAL_BYTES);
  return sodium.crypto_box_seal_open(message, sealed, publicKey, secretKey) ? message : null;
}

/** Authenticated encryption under a shared 32-byte key: nonce (24 bytes) ‖ XSalsa20-Poly1305. */
export function lock(message: Uint8Array, key: Uint8Array): Buffer {
  const nonce = randomBytes(SECRETBOX_NONCE_BYTES);
  const box = Buffer.alloc(message.length + SECRETBOX_MAC_BYTES);
  sodium.crypto_secretbox_easy(box, message, nonce, key);
  return Buffer.concat([nonce, box]);
}

export function unlock(locked: Uint8Array, key: Uint8Array): Buffer | null {
  if (locked.length < SECRETBOX_NONCE_BYTES + SECRETBOX_MAC_BYTES) return null;
  const nonce = locked.subarray(0, SECRETBOX_NONCE_BYTES);
  const box = locked.subarray(SECRETBOX_NONCE_BYTES);
  const message = Buffer.alloc(box.length - SECRETBOX_MAC_BYTES);
  return sodium.crypto_secretbox_open_easy(message, box, nonce, key) ? message : null;
}

/** XChaCha20-Poly1305 (IETF) without associated data: nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). */
export function xchachaSeal(message: Uint8Array, key: Uint8Array, nonce = randomBytes(XCHACHA_NONCE_BYTES)): Buffer {
  const box = Buffer.alloc(message.length + XCHACHA_TAG_BYTES);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(box, message, null, null, nonce, key);
  return Buffer.concat([nonce, box]);
}

export function xchachaOpen(sealed: Uint8Array, key: Uint8Array): Buffer | null {
  if (sealed.length < XCHACHA_NONCE_BYTES + XCHACHA_TAG_BYTES) return null;
  const nonce = sealed.subarray(0, XCHACHA_NONCE_BYTES);
  const box = sealed.subarray(XCHACHA_NONCE_BYTES);
  const message = Buffer.alloc(box.length - XCHACHA_TAG_BYTES);
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(message, null, box, null, nonce, key);
    return message;
  } catch {
    return null;
  }
}

/** BLAKE2b of 32 bytes over the parts in order, without key. */
export function blake2b256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = Buffer.alloc(32);
  sodium.crypto_generichash_batch(
    hash,
    parts.map((part) => Buffer.from(part)),
  );
  return hash;
}
