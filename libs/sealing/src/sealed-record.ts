import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { COMPARTMENT_CODE, type Compartment, SEALING_VERSION } from './compartment.ts';
import { freshNonce, NONCE_BYTES } from './nonce.ts';

/*
 * version (1) ‖ epoch id (12) ‖ nonce (12) ‖ ciphertext ‖ tag (16), ChaCha20-Poly1305 (RFC 8439). The name under which a
 * record is stored is part of its associated data, so a record moved to another name does not open.
 */

export const EPOCH_ID_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + EPOCH_ID_BYTES + NONCE_BYTES;

/** How much longer a sealed record is than its plaintext. */
export const SEALING_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

interface Place {
  readonly compartment: Compartment;
  /** The full key under which the record is stored. */
  readonly keyName: string;
}

export function sealRecord(key: KeyObject, epochId: Uint8Array, place: Place, plaintext: Uint8Array): Buffer {
  // Random, never a counter: a counter would number the registrations.
  const nonce = freshNonce();
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(place, epochId), { plaintextLength: plaintext.length });
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([Buffer.of(SEALING_VERSION), epochId, nonce, ciphertext, cipher.getAuthTag()]);
}

/** The id of the epoch a record was sealed in; null for what is not a sealed record of this version. */
export function epochIdOf(sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < SEALING_OVERHEAD_BYTES || sealed[0] !== SEALING_VERSION) return null;
  return sealed.subarray(1, 1 + EPOCH_ID_BYTES);
}

/** The plaintext, or null when the record was changed, moved or sealed under another key. */
export function openRecord(key: KeyObject, place: Place, sealed: Uint8Array): Buffer | null {
  const epochId = epochIdOf(sealed);
  if (epochId === null) return null;
  const nonce = sealed.subarray(1 + EPOCH_ID_BYTES, HEADER_BYTES);
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  const ciphertext = sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES);
  decipher.setAAD(associatedData(place, epochId), { plaintextLength: ciphertext.length });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const plaintext = decipher.update(ciphertext);
    decipher.final();
    return plaintext;
  } catch {
    return null;
  }
}

/** Unambiguous, since everything around the name has a fixed length. */
function associatedData({ compartment, keyName }: Place, epochId: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(SEALING_VERSION, COMPARTMENT_CODE[compartment]), Buffer.from(keyName), epochId]);
}
