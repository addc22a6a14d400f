import { gcm } from '@noble/ciphers/aes.js';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { type RandomBytes, utf8Bytes } from '../bytes.ts';

/** How one layer of an onion request is sealed, by its name on the wire. */
export type EncType = 'xchacha20' | 'aes-gcm';

export interface SealedLayer {
  /** X25519, 64 hex digits. Used for this layer alone. */
  readonly ephemeralKey: string;
  readonly ciphertext: Uint8Array;
  /** Opens an answer that was sealed with this layer's key; `null` when it was not, or was changed on the way. */
  readonly open: (answer: Uint8Array) => Uint8Array | null;
}

/** @returns `null` when `recipient` (X25519, 32 bytes) is of small order: anybody could open what is sealed to it. */
export function sealLayer(
  plaintext: Uint8Array,
  recipient: Uint8Array,
  encType: EncType,
  random: RandomBytes,
): SealedLayer | null {
  const secret = random(32);
  const key = layerKey(encType, secret, recipient);
  if (key === null) return null;
  const { cipher, nonceBytes } = CIPHERS[encType];
  const nonce = random(nonceBytes);
  return {
    ephemeralKey: bytesToHex(x25519.getPublicKey(secret)),
    ciphertext: concatBytes(nonce, cipher(key, nonce).encrypt(plaintext)),
    open: (answer) => {
      try {
        return cipher(key, answer.subarray(0, nonceBytes)).decrypt(answer.subarray(nonceBytes));
      } catch {
        return null;
      }
    },
  };
}

/**
 * The symmetric key between a one-time secret and a server's X25519 key. xchacha20: BLAKE2b-256(s ‖ ours ‖ theirs);
 * aes-gcm: HMAC-SHA256(key `LOKI`, s); s is what X25519 gives, and nothing may be sealed with it when it is all zero.
 */
export function layerKey(encType: EncType, secret: Uint8Array, server: Uint8Array): Uint8Array | null {
  const client = x25519.getPublicKey(secret);
  const shared = sharedSecret(secret, server);
  if (shared === null) return null;
  switch (encType) {
    case 'xchacha20':
      return blake2b(concatBytes(shared, client, server), { dkLen: 32 });
    case 'aes-gcm':
      return hmac(sha256, utf8Bytes('LOKI'), shared);
  }
}

function sharedSecret(secret: Uint8Array, server: Uint8Array): Uint8Array | null {
  try {
    return x25519.getSharedSecret(secret, server);
  } catch {
    return null;
  }
}

interface Aead {
  encrypt(plaintext: Uint8Array): Uint8Array;
  decrypt(ciphertext: Uint8Array): Uint8Array;
}

/** No associated data; the tag is at the end of the ciphertext. */
const CIPHERS: Readonly<
  Record<EncType, { readonly nonceBytes: number; readonly cipher: (key: Uint8Array, nonce: Uint8Array) => Aead }>
> = {
  xchacha20: { nonceBytes: 24, cipher: (key, nonce) => xchacha20poly1305(key, nonce) },
  'aes-gcm': { nonceBytes: 12, cipher: (key, nonce) => gcm(key, nonce) },
};
