import { randomBytes } from 'node:crypto';
import { hasSmallOrderU } from '../small-order.ts';
import { x25519, type X25519Pair, x25519Pair } from '../x25519.ts';
import { ONION_CIPHERS } from './cipher.ts';
import { type OnionCipherName, type OnionEnvelope, readOnionEnvelope } from './envelope.ts';

/** An onion request as far as the keys here open it, and the way to answer. */
export interface OpenedOnion {
  /** `null` when no key opens it. The answer is then sealed under a key that nobody has. */
  readonly plaintext: Uint8Array | null;
  readonly sealAnswer: (answer: Uint8Array) => Uint8Array;
}

/**
 * Opens an onion request with whichever of `pairs` (newest first, at least one) it is made for.
 *
 * What cannot be opened takes the same work whatever is wrong with it, and as much as what can: an envelope that cannot be
 * read and a key of small order are replaced by ones that lead nowhere. So time tells a sender nothing.
 */
export function openOnion(pairs: readonly X25519Pair[], body: Uint8Array): OpenedOnion {
  const envelope = readOnionEnvelope(body);
  const asked = envelope !== null && !hasSmallOrderU(envelope.ephemeralKey) ? envelope : decoyFor(body, envelope);
  const cipher = ONION_CIPHERS[asked.cipher];
  let opened: { readonly key: Uint8Array; readonly plaintext: Uint8Array } | null = null;
  for (const { publicKey: serverKey, secret } of pairs) {
    const clientKey = asked.ephemeralKey;
    const sharedSecret = x25519(secret, clientKey);
    const key = cipher.deriveKey({ sharedSecret: sharedSecret ?? NOBODYS_SECRET, clientKey, serverKey });
    const plaintext = cipher.open(key, asked.ciphertext);
    if (plaintext === null || sharedSecret === null || asked !== envelope) continue;
    opened = { key, plaintext };
    break;
  }
  const { key, plaintext } = opened ?? { key: NOBODYS_SECRET, plaintext: null };
  return { plaintext, sealAnswer: (answer) => cipher.seal(key, answer) };
}

const NOBODYS_SECRET = randomBytes(32);
const NOBODYS_KEY = x25519Pair(randomBytes(32)).publicKey;
const LENGTH_BYTES = 4;

/** As long as what was sent, of the same kind where that is known, and opened by nobody. */
function decoyFor(body: Uint8Array, envelope: OnionEnvelope | null): OnionEnvelope {
  return {
    ciphertext: envelope?.ciphertext ?? body.subarray(LENGTH_BYTES),
    ephemeralKey: NOBODYS_KEY,
    cipher: envelope?.cipher ?? seemingCipher(body),
  };
}

/** What whoever sent this most likely meant; it only decides how long it takes to be refused. */
function seemingCipher(body: Uint8Array): OnionCipherName {
  const end = Buffer.from(body.buffer, body.byteOffset, body.length).subarray(-ROUTING_BYTES);
  return end.includes('chacha') ? 'xchacha20' : 'aes-gcm';
}

/** What is behind the ciphertext of today's clients has about 200. */
const ROUTING_BYTES = 512;
