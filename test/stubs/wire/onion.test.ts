import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { openLayer, readFrame, type Sealed, sealedIn, sealLayer, writeFrame } from './onion.ts';
import { cipherOf, decryptLayer, ENC_TYPES, encryptLayer, layerKey } from './onion-cipher.ts';
import { randomBytes, sharedSecret, x25519Pair } from './sodium.ts';
import { vectors } from './vectors.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const { server_secret, server_public, requests } = vectors('onion-v4');
const server = x25519Pair(hex(server_secret));
const CIPHERS = ['xchacha20', 'aes-gcm'] as const;
const NONCE_BYTES = { xchacha20: 24, 'aes-gcm': 12 } as const;

/** Points whose multiples are few: 0, 1, and two of order 8. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
].map(hex);

describe('the vectors', () => {
  test('give the server its public key', () => {
    expect(server.publicKey.toString('hex')).toBe(server_public);
  });

  describe.each([...requests])('$name', (vector) => {
    const client = x25519Pair(hex(vector.ephemeral_secret));
    const cipher = cipherOf(vector.enc_type ?? undefined) ?? 'aes-gcm';
    const frame = readFrame(hex(vector.request_body_hex));

    test('both sides arrive at the keys', () => {
      expect(client.publicKey.toString('hex')).toBe(vector.ephemeral_public);
      for (const [own, peer] of [
        [client, server],
        [server, client],
      ] as const) {
        const shared = sharedSecret(own.secretKey, peer.publicKey) ?? Buffer.alloc(0);
        const { bytes } = layerKey(cipher, shared, client.publicKey, server.publicKey);
        expect(bytes.toString('hex')).toBe(vector.symmetric_key);
      }
    });

    test('the server opens the body', () => {
      const sealed = frame === null ? null : sealedIn(frame);
      expect(sealed).toMatchObject({ ephemeralKey: client.publicKey, cipher });
      const opened = openLayer(sealed as Sealed, server);
      expect(opened?.plaintext.toString('hex')).toBe(vector.plaintext_hex);
      expect(opened?.answerKey.bytes.toString('hex')).toBe(vector.symmetric_key);
    });

    test('the client writes the body, byte for byte', () => {
      const { payload, json } = frame ?? { payload: Buffer.alloc(0), json: {} };
      const nonce = payload.subarray(0, NONCE_BYTES[cipher]);
      const key = { cipher, bytes: hex(vector.symmetric_key) };
      const ciphertext = encryptLayer(hex(vector.plaintext_hex), key, nonce);
      expect(writeFrame(ciphertext, json).toString('hex')).toBe(vector.request_body_hex);
      expect(json['enc_type']).toBe(vector.enc_type ?? undefined);
    });
  });
});

test('each encryption type has two names, and none means aes-gcm', () => {
  expect(ENC_TYPES.map(cipherOf)).toEqual(['xchacha20', 'xchacha20', 'aes-gcm', 'aes-gcm']);
  expect(cipherOf(undefined)).toBe('aes-gcm');
  for (const none of [null, '', 'AES-GCM', 'toString', 7, ['gcm']]) expect(cipherOf(none)).toBeNull();
});

describe.each(CIPHERS)('a layer under %s', (cipher) => {
  test('is opened by its recipient, and the answer by its sender, whatever they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.uint8Array({ maxLength: 2_000 }), (question, answer) => {
        const { sealed, answerKey } = sealLayer(question, server.publicKey, cipher);
        const opened = openLayer(sealed, server);
        expect(opened?.plaintext).toEqual(Buffer.from(question));
        expect(decryptLayer(encryptLayer(answer, opened?.answerKey ?? answerKey), answerKey)).toEqual(
          Buffer.from(answer),
        );
      }),
    );
  });

  test('never has the same key or bytes twice', () => {
    const [one, other] = [1, 2].map(() => sealLayer(Buffer.from('same'), server.publicKey, cipher).sealed);
    expect(one?.ephemeralKey).not.toEqual(other?.ephemeralKey);
    expect(one?.ciphertext).not.toEqual(other?.ciphertext);
  });

  test('is opened by nobody else, nor as the other cipher', () => {
    const { sealed } = sealLayer(Buffer.from('for one'), server.publicKey, cipher);
    expect(openLayer(sealed, x25519Pair())).toBeNull();
    const other = cipher === 'aes-gcm' ? 'xchacha20' : 'aes-gcm';
    expect(openLayer({ ...sealed, cipher: other }, server)).toBeNull();
  });

  test('is refused with any bit flipped, a byte missing or one too many', () => {
    const { sealed } = sealLayer(Buffer.from('whole'), server.publicKey, cipher);
    for (let bit = 0; bit < sealed.ciphertext.length * 8; bit++) {
      const ciphertext = Buffer.from(sealed.ciphertext);
      ciphertext[bit >> 3] = (ciphertext[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openLayer({ ...sealed, ciphertext }, server)).toBeNull();
    }
    for (let length = 0; length < sealed.ciphertext.length; length++) {
      expect(openLayer({ ...sealed, ciphertext: sealed.ciphertext.subarray(0, length) }, server)).toBeNull();
    }
    const longer = Buffer.concat([sealed.ciphertext, Buffer.alloc(1)]);
    expect(openLayer({ ...sealed, ciphertext: longer }, server)).toBeNull();
  });

  test('with a one-time key of small order is refused, though the sender knows the key it leads to', () => {
    for (const ephemeralKey of SMALL_ORDER) {
      const guessed = layerKey(cipher, Buffer.alloc(32), ephemeralKey, server.publicKey);
      const ciphertext = encryptLayer(Buffer.from('guessed'), guessed);
      expect(openLayer({ ciphertext, ephemeralKey, cipher }, server)).toBeNull();
      expect(() => sealLayer(Buffer.alloc(1), ephemeralKey, cipher)).toThrow('small order');
    }
  });
});

describe('a frame', () => {
  test('is read as it was written', () => {
    const json = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
    fc.assert(
      fc.property(fc.uint8Array(), json, (payload, members) => {
        const frame = readFrame(writeFrame(payload, members));
        expect(frame?.payload).toEqual(Buffer.from(payload));
        expect(Object.entries(frame?.json ?? {})).toEqual(Object.entries({ ...members }));
      }),
    );
  });

  test('carries its length little-endian', () => {
    expect(writeFrame(Buffer.from('ab'), { a: 1, left: undefined }).toString('latin1')).toBe('\x02\0\0\0ab{"a":1}');
  });

  test.each([
    ['nothing', ''],
    ['a cut length', '\x01\0\0'],
    ['a length beyond the end', '\x10\0\0\0{}'],
    ['the greatest length', '\xff\xff\xff\xff{}'],
    ['no JSON', '\x01\0\0\0a'],
    ['JSON that is no object', '\x01\0\0\0a[1]'],
    ['JSON that was cut', '\x01\0\0\0a{"b":'],
    ['bytes after the JSON', '\x01\0\0\0a{}x'],
  ])('is not made of %s', (_, text) => {
    expect(readFrame(Buffer.from(text, 'latin1'))).toBeNull();
  });

  test('says how its payload was sealed, or is none that can be opened', () => {
    const key = randomBytes(32).toString('hex');
    const sealedWith = (json: object): Sealed | null => sealedIn({ payload: Buffer.alloc(0), json: { ...json } });
    expect(sealedWith({ ephemeral_key: key, enc_type: 'xchacha20' })?.cipher).toBe('xchacha20');
    expect(sealedWith({ ephemeral_key: key.toUpperCase() })?.cipher).toBe('aes-gcm');
    for (const json of [
      {},
      { ephemeral_key: 7 },
      { ephemeral_key: key.slice(2) },
      { ephemeral_key: `zz${key.slice(2)}` },
    ]) {
      expect(sealedWith(json)).toBeNull();
    }
    expect(sealedWith({ ephemeral_key: key, enc_type: 'rot13' })).toBeNull();
  });
});
