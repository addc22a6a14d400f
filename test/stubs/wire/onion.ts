import { fromHex } from './bytes.ts';
import { objectIn } from './http-server.ts';
import { type Cipher, cipherOf, decryptLayer, encryptLayer, type LayerKey, layerKey } from './onion-cipher.ts';
import { type KeyPair, sharedSecret, x25519Pair } from './sodium.ts';

/** Something that only the owner of one X25519 key opens. */
export interface Sealed {
  readonly ciphertext: Buffer;
  /** The sender's one-time X25519 key, 32 bytes. */
  readonly ephemeralKey: Buffer;
  readonly cipher: Cipher;
}

/** Seals to an X25519 key with a fresh pair; `answerKey` opens what comes back. Throws for a key of small order. */
export function sealLayer(
  message: Uint8Array,
  recipient: Uint8Array,
  cipher: Cipher,
): { readonly sealed: Sealed; readonly answerKey: LayerKey } {
  const ephemeral = x25519Pair();
  const shared = sharedSecret(ephemeral.secretKey, recipient);
  if (shared === null) throw new Error('nothing can be sealed to a key of small order');
  const answerKey = layerKey(cipher, shared, ephemeral.publicKey, recipient);
  const ciphertext = encryptLayer(message, answerKey);
  return { sealed: { ciphertext, ephemeralKey: ephemeral.publicKey, cipher }, answerKey };
}

/** What was sealed to `keys`, and what the answer is encrypted with; null when it was not, or was tampered with. */
export function openLayer(
  { ciphertext, ephemeralKey, cipher }: Sealed,
  keys: KeyPair,
): { readonly plaintext: Buffer; readonly answerKey: LayerKey } | null {
  const shared = sharedSecret(keys.secretKey, ephemeralKey);
  if (shared === null) return null;
  const answerKey = layerKey(cipher, shared, ephemeralKey, keys.publicKey);
  const plaintext = decryptLayer(ciphertext, answerKey);
  return plaintext === null ? null : { plaintext, answerKey };
}

/** `[N, 4 bytes little-endian][N bytes][JSON]`: a layer, and what is said about it. */
export interface Frame {
  readonly payload: Buffer;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Members that are undefined are left out. */
export function writeFrame(payload: Uint8Array, json: Frame['json']): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  return Buffer.concat([length, payload, Buffer.from(JSON.stringify(json))]);
}

/** Null for anything that is no frame. */
export function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 4) return null;
  const end = 4 + bytes.readUInt32LE();
  if (end > bytes.length) return null;
  const json = objectIn(bytes.subarray(end));
  return json === null ? null : { payload: bytes.subarray(4, end), json };
}

/** The sealed layer that a frame carries; null when its JSON does not say how it was sealed. */
export function sealedIn({ payload, json }: Frame): Sealed | null {
  const key = json['ephemeral_key'];
  const ephemeralKey = typeof key === 'string' ? fromHex(key, 32) : null;
  const cipher = cipherOf(json['enc_type']);
  return ephemeralKey === null || cipher === null ? null : { ciphertext: payload, ephemeralKey, cipher };
}
