import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { openLayer, readFrame, sealedIn } from '../../../test/stubs/wire/onion.ts';
import { encryptLayer } from '../../../test/stubs/wire/onion-cipher.ts';
import { randomBytes, x25519Pair } from '../../../test/stubs/wire/sodium.ts';
import { vectors } from '../../../test/stubs/wire/vectors.ts';
import { decodePair, encodePair } from '../src/onion/bencoded-pair.ts';
import { type EncType, layerKey, sealLayer } from '../src/onion/layer.ts';
import { frame } from '../src/onion/onion-path.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ENC_TYPES = ['xchacha20', 'aes-gcm'] as const;

describe('the vectors of onion requests', () => {
  const { server_public, requests } = vectors('onion-v4');
  describe.each([...requests])('$name', (vector) => {
    const encType: EncType = vector.enc_type === 'xchacha20' ? 'xchacha20' : 'aes-gcm';

    test('has the symmetric key', () => {
      const key = layerKey(encType, hex(vector.ephemeral_secret), hex(server_public));
      expect(Buffer.from(key ?? []).toString('hex')).toBe(vector.symmetric_key);
    });

    test('is written byte for byte, given the same one-time secret and nonce', () => {
      const body = readFrame(hex(vector.request_body_hex));
      const nonce = body?.payload.subarray(0, encType === 'xchacha20' ? 24 : 12) ?? Buffer.alloc(0);
      const draws = [hex(vector.ephemeral_secret), nonce];
      const layer = sealLayer(hex(vector.plaintext_hex), hex(server_public), encType, () => draws.shift() ?? nonce);
      expect(layer?.ephemeralKey).toBe(vector.ephemeral_public);
      const written = frame(layer?.ciphertext ?? nonce, (body?.json ?? {}) as Record<string, string>);
      expect(Buffer.from(written).toString('hex')).toBe(vector.request_body_hex);
    });

    test('has the plaintext of the pair that it holds', () => {
      const pair = decodePair(hex(vector.plaintext_hex));
      expect(pair).not.toBeNull();
      const [metadata, body] = pair ?? [hex(''), hex('')];
      expect(JSON.parse(Buffer.from(metadata).toString())).toMatchObject({ method: 'POST' });
      expect(Buffer.from(encodePair(metadata, body)).toString('hex')).toBe(vector.plaintext_hex);
    });
  });
});

describe.each(ENC_TYPES)('a layer of %s', (encType) => {
  const server = x25519Pair();
  const seal = (message: Uint8Array) => {
    const layer = sealLayer(message, server.publicKey, encType, randomBytes);
    if (layer === null) throw new Error('the key is a good one');
    return layer;
  };

  test('is opened by libsodium, whose answer it opens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.uint8Array({ maxLength: 2_000 }), (message, answer) => {
        const { ciphertext, ephemeralKey, open } = seal(message);
        const body = readFrame(Buffer.from(frame(ciphertext, { ephemeral_key: ephemeralKey, enc_type: encType })));
        const sealed = body === null ? null : sealedIn(body);
        const opened = sealed === null ? null : openLayer(sealed, server);
        if (opened === null) throw new Error('libsodium does not open it');
        expect(opened.plaintext.equals(message)).toBe(true);
        expect(open(encryptLayer(answer, opened.answerKey))).toEqual(new Uint8Array(answer));
      }),
      { numRuns: 50 },
    );
  });

  test('opens no answer in which a bit was flipped or a byte is missing, anywhere', () => {
    const { ciphertext, ephemeralKey, open } = seal(hex('00'));
    const sealed = { ciphertext: Buffer.from(ciphertext), ephemeralKey: hex(ephemeralKey), cipher: encType };
    const key = openLayer(sealed, server)?.answerKey;
    if (key === undefined) throw new Error('libsodium does not open it');
    const answer = encryptLayer(Buffer.from('l11:{"code":200}2:[]e'), key);
    expect(open(answer)).not.toBeNull();
    for (let bit = 0; bit < answer.length * 8; bit += 1) {
      const flipped = Buffer.from(answer);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect([bit, open(flipped)]).toEqual([bit, null]);
    }
    for (let length = 0; length < answer.length; length += 1) expect(open(answer.subarray(0, length))).toBeNull();
    expect(open(Buffer.concat([answer, Buffer.of(0)]))).toBeNull();
  });

  test('is never sealed the same way twice', () => {
    const [one, other] = [seal(hex('00')), seal(hex('00'))];
    expect(one.ephemeralKey).not.toBe(other.ephemeralKey);
    expect(one.ciphertext).not.toEqual(other.ciphertext);
  });

  test.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ecff${'ff'.repeat(29)}7f`,
    `edff${'ff'.repeat(29)}7f`,
    `eeff${'ff'.repeat(29)}7f`,
  ])('is not sealed to the small-order key %s', (key) => {
    expect(sealLayer(hex('00'), hex(key), encType, randomBytes)).toBeNull();
  });
});

describe('a pair of byte strings', () => {
  test('is read back as it was written', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        expect(decodePair(encodePair(first, second))).toEqual([new Uint8Array(first), new Uint8Array(second)]);
      }),
    );
  });

  test.each([
    '',
    'l',
    'le',
    'l1:ae',
    'l1:a1:b',
    'l1:a1:b1:ce',
    'l1:a1:bex',
    'd1:a1:be',
    'l1:ai5ee',
    'l01:a1:be',
    'l-1:a1:be',
    'l1:a:be',
    'l2:a1:be',
    'l999999999:a1:be',
    'l1a1:be',
    'l+1:a1:be',
    'l1 :a1:be',
  ])('is not read from %j', (text) => {
    expect(decodePair(Buffer.from(text))).toBeNull();
  });
});
