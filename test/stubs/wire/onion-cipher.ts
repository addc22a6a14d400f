import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { blake2b256, randomBytes, xchachaOpen, xchachaSeal } from './sodium.ts';

/** What encrypts a layer, by every name that clients call it. */
const CIPHERS = {
  xchacha20: 'xchacha20',
  'xchacha20-poly1305': 'xchacha20',
  'aes-gcm': 'aes-gcm',
  gcm: 'aes-gcm',
} as const;

/** A value of `enc_type`. */
export type EncType = keyof typeof CIPHERS;
/** The name that nodes use among themselves. */
export type Cipher = (typeof CIPHERS)[EncType];

export const ENC_TYPES = Object.keys(CIPHERS) as readonly EncType[];

/** The cipher that a layer's `enc_type` stands for, aes-gcm when it has none; null when there is no such type. */
export function cipherOf(encType: unknown): Cipher | null {
  if (encType === undefined) return 'aes-gcm';
  const name = ENC_TYPES.find((each) => each === encType);
  return name === undefined ? null : CIPHERS[name];
}

/** Encrypts one layer, and the answer to it in the other direction. */
export interface LayerKey {
  readonly cipher: Cipher;
  /** 32 bytes. */
  readonly bytes: Buffer;
}

/** `shared` is the X25519 result; `client` and `server` the 32-byte public keys of who asks and who answers. */
export function layerKey(cipher: Cipher, shared: Uint8Array, client: Uint8Array, server: Uint8Array): LayerKey {
  switch (cipher) {
    case 'xchacha20':
      return { cipher, bytes: blake2b256(shared, client, server) };
    case 'aes-gcm':
      return { cipher, bytes: createHmac('sha256', 'LOKI').update(shared).digest() };
    default:
      return cipher satisfies never;
  }
}

/** nonce (24 bytes for xchacha20, 12 for aes-gcm) ‖ ciphertext ‖ tag (16 bytes). The nonce is random unless given. */
export function encryptLayer(message: Uint8Array, { cipher, bytes }: LayerKey, nonce?: Buffer): Buffer {
  return cipher === 'xchacha20' ? xchachaSeal(message, bytes, nonce) : gcmSeal(message, bytes, nonce);
}

/** Null when it was not encrypted with this key, or not as a whole. */
export function decryptLayer(ciphertext: Uint8Array, { cipher, bytes }: LayerKey): Buffer | null {
  return cipher === 'xchacha20' ? xchachaOpen(ciphertext, bytes) : gcmOpen(ciphertext, bytes);
}

const GCM = 'aes-256-gcm';
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;

function gcmSeal(message: Uint8Array, key: Buffer, iv = randomBytes(GCM_IV_BYTES)): Buffer {
  const cipher = createCipheriv(GCM, key, iv, { authTagLength: GCM_TAG_BYTES });
  return Buffer.concat([iv, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}

function gcmOpen(sealed: Uint8Array, key: Buffer): Buffer | null {
  if (sealed.length < GCM_IV_BYTES + GCM_TAG_BYTES) return null;
  const decipher = createDecipheriv(GCM, key, sealed.subarray(0, GCM_IV_BYTES), { authTagLength: GCM_TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-GCM_TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(GCM_IV_BYTES, -GCM_TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
