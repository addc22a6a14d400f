import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import sodium from 'sodium-native';

/** The client's end of an onion request, by libsodium. */
export interface Sender {
  readonly ephemeralKey: Buffer;
  seal(plaintext: Buffer): Buffer;
  /** Throws for what was not sealed under this request's key. */
  open(answer: Buffer): Buffer;
}

export function publicKeyOf(secret: Buffer): Buffer {
  const publicKey = Buffer.alloc(32);
  sodium.crypto_scalarmult_base(publicKey, secret);
  return publicKey;
}

export function sender(cipher: 'xchacha20' | 'aes-gcm', serverKey: Buffer, secret = randomBytes(32)): Sender {
  const ephemeralKey = publicKeyOf(secret);
  const shared = Buffer.alloc(32);
  sodium.crypto_scalarmult(shared, secret, serverKey);
  return cipher === 'xchacha20' ? xchacha(ephemeralKey, shared, serverKey) : gcm(ephemeralKey, shared);
}

function xchacha(ephemeralKey: Buffer, shared: Buffer, serverKey: Buffer): Sender {
  const key = Buffer.alloc(32);
  sodium.crypto_generichash_batch(key, [shared, ephemeralKey, serverKey]);
  return {
    ephemeralKey,
    seal: (plaintext) => {
      const nonce = randomBytes(24);
      const sealed = Buffer.alloc(plaintext.length + 16);
      sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, plaintext, null, null, nonce, key);
      return Buffer.concat([nonce, sealed]);
    },
    open: (answer) => {
      const plaintext = Buffer.alloc(answer.length - 40);
      const [nonce, sealed] = [answer.subarray(0, 24), answer.subarray(24)];
      sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, null, sealed, null, nonce, key);
      return plaintext;
    },
  };
}

function gcm(ephemeralKey: Buffer, shared: Buffer): Sender {
  const key = createHmac('sha256', 'LOKI').update(shared).digest();
  return {
    ephemeralKey,
    seal: (plaintext) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    open: (answer) => {
      const decipher = createDecipheriv('aes-256-gcm', key, answer.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(answer.subarray(-16));
      return Buffer.concat([decipher.update(answer.subarray(12, -16)), decipher.final()]);
    },
  };
}

/** As the exit node hands it on. `fields` is added to the JSON, `undefined` leaves one out. */
export function envelope({ ephemeralKey }: Sender, sealed: Buffer, fields: object = {}): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sealed.length);
  const routing = { host: 'push.example.org', target: '/oxen/v4/lsrpc', port: 443, protocol: 'https' };
  const json = JSON.stringify({ ...routing, ephemeral_key: ephemeralKey.toString('hex'), ...fields });
  return Buffer.concat([length, sealed, Buffer.from(json)]);
}
