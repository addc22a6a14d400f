import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { X25519Key } from '../bytes.ts';
import type { OnionCipherName } from './envelope.ts';

/** The X25519 keys of one request, as both ends know them, and what they have in common. */
export interface OnionKeyAgreement {
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array;
  readonly clientKey: X25519Key;
  readonly serverKey: X25519Key;
}

/** Authenticated encryption under the key of one request. */
export interface OnionCipher {
  /** 32 bytes, the same for the request and its answer. */
  deriveKey(agreement: OnionKeyAgreement): Uint8Array;
  /** Nonce ‖ ciphertext ‖ tag, under a fresh random nonce. */
  seal(key: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** `null` for whatever was not sealed under this key. */
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

const TAG_BYTES = 16;
const XCHACHA_NONCE_BYTES = 24;
const GCM_NONCE_BYTES = 12;

const xchacha20: OnionCipher = {
  deriveKey: ({ sharedSecret, clientKey, serverKey }) =>
    blake2b(Buffer.concat([sharedSecret, clientKey, serverKey]), { dkLen: 32 }),
  seal: (key, plaintext) => {
    const nonce = randomBytes(XCHACHA_NONCE_BYTES);
    return Buffer.concat([nonce, xchacha20poly1305(key, nonce).encrypt(plaintext)]);
  },
  open: (key, sealed) => {
    if (sealed.length < XCHACHA_NONCE_BYTES + TAG_BYTES) return null;
    const nonce = sealed.subarray(0, XCHACHA_NONCE_BYTES);
    try {
      return xchacha20poly1305(key, nonce).decrypt(sealed.subarray(XCHACHA_NONCE_BYTES));
    } catch {
      return null;
    }
  },
};

const aesGcm: OnionCipher = {
  deriveKey: ({ sharedSecret }) => createHmac('sha256', 'LOKI').update(sharedSecret).digest(),
  seal: (key, plaintext) => {
    const nonce = randomBytes(GCM_NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },
  open: (key, sealed) => {
    if (sealed.length < GCM_NONCE_BYTES + TAG_BYTES) return null;
    const nonce = sealed.subarray(0, GCM_NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(GCM_NONCE_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([plaintext, decipher.final()]);
    } catch {
      return null;
    }
  },
};

/** Onion requests of version 4. */
export const ONION_CIPHERS: { readonly [N in OnionCipherName]: OnionCipher } = { xchacha20, 'aes-gcm': aesGcm };
