import { hchacha } from '@noble/ciphers/chacha.js';
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
  /** `null` for whatever was not sealed under this key, which takes as long to find out as opening does. */
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

const TAG_BYTES = 16;

/** One of two ciphers of Node, which are used alike, and what it is given for a key and a nonce. */
interface Aead {
  readonly name: 'aes-256-gcm' | 'chacha20-poly1305';
  readonly nonceBytes: number;
  readonly prepare: (key: Uint8Array, nonce: Uint8Array) => { readonly key: Uint8Array; readonly iv: Uint8Array };
}

function aead({ name, nonceBytes, prepare }: Aead): Omit<OnionCipher, 'deriveKey'> {
  return {
    seal: (key, plaintext) => {
      const nonce = randomBytes(nonceBytes);
      const inner = prepare(key, nonce);
      const cipher = createCipheriv(name as 'aes-256-gcm', inner.key, inner.iv, { authTagLength: TAG_BYTES });
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    open: (key, sealed) => {
      if (sealed.length < nonceBytes + TAG_BYTES) return null;
      const inner = prepare(key, sealed.subarray(0, nonceBytes));
      const decipher = createDecipheriv(name as 'aes-256-gcm', inner.key, inner.iv, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plaintext = decipher.update(sealed.subarray(nonceBytes, -TAG_BYTES));
      try {
        decipher.final();
        return plaintext;
      } catch {
        return null;
      }
    },
  };
}

/** The first block of ChaCha20's state, "expand 32-byte k". */
const SIGMA = words(Buffer.from('expand 32-byte k', 'latin1'));

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, section 2.3): HChaCha20 of the key and 16 bytes of the nonce is the key of
 * ChaCha20-Poly1305, the other 8 bytes its nonce behind four zeros. Node's decrypts while it authenticates.
 */
function xchachaSubkey(key: Uint8Array, nonce: Uint8Array): { readonly key: Uint8Array; readonly iv: Uint8Array } {
  const subkey = new Uint32Array(8);
  hchacha(SIGMA, words(key), words(nonce.subarray(0, 16)), subkey);
  const bytes = Buffer.alloc(32);
  subkey.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index));
  return { key: bytes, iv: Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]) };
}

/** Little-endian. */
function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true));
}

const xchacha20: OnionCipher = {
  deriveKey: ({ sharedSecret, clientKey, serverKey }) =>
    blake2b(Buffer.concat([sharedSecret, clientKey, serverKey]), { dkLen: 32 }),
  ...aead({ name: 'chacha20-poly1305', nonceBytes: 24, prepare: xchachaSubkey }),
};

const aesGcm: OnionCipher = {
  deriveKey: ({ sharedSecret }) => createHmac('sha256', 'LOKI').update(sharedSecret).digest(),
  ...aead({ name: 'aes-256-gcm', nonceBytes: 12, prepare: (key, iv) => ({ key, iv }) }),
};

/** Onion requests of version 4. */
export const ONION_CIPHERS: { readonly [N in OnionCipherName]: OnionCipher } = { xchacha20, 'aes-gcm': aesGcm };
