import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  encodeInnerAnswer,
  type OpenedOnion,
  openOnion,
  readInnerRequest,
  type X25519Key,
  x25519Pair,
} from '../src/index.ts';
import { ONION_CIPHERS } from '../src/onion/cipher.ts';
import { vectors as vectorsOf } from '../../../test/stubs/wire/vectors.ts';
import { EDGE_ENCODINGS } from './adversarial.ts';
import { envelope, publicKeyOf, sender } from './onion-sender.ts';
import { unhex } from './vectors.ts';

const vectors = vectorsOf('onion-v4');
const server = x25519Pair(unhex(vectors.server_secret));
const serverKey = Buffer.from(server.publicKey);
const open = (body: Uint8Array): OpenedOnion => openOnion([server], body);
const text = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1');

/** What libsodium and Node say of a tag that is another's. */
const NOT_AUTHENTIC = /could not verify data|unable to authenticate/;

describe('an onion request of the vectors', () => {
  test('is made for the key that belongs to the secret', () => {
    expect(Buffer.from(server.publicKey).toString('hex')).toBe(vectors.server_public);
  });

  test.each(vectors.requests.map((request) => [request.name, request] as const))('%s is opened', (_, request) => {
    const opened = open(unhex(request.request_body_hex));
    expect(Buffer.from(opened.plaintext ?? []).toString('hex')).toBe(request.plaintext_hex);
    const cipher = request.enc_type === 'xchacha20' ? 'xchacha20' : 'aes-gcm';
    const client = sender(cipher, serverKey, Buffer.from(request.ephemeral_secret, 'hex'));
    expect(client.ephemeralKey.toString('hex')).toBe(request.ephemeral_public);
    expect(client.open(Buffer.from(opened.sealAnswer(Buffer.from('answer')))).toString()).toBe('answer');
    const sealed = Buffer.from(ONION_CIPHERS[cipher].seal(unhex(request.symmetric_key), Buffer.from('by this key')));
    expect(client.open(sealed).toString()).toBe('by this key');
  });
});

describe.each([
  ['xchacha20', 'xchacha20'],
  ['xchacha20', 'xchacha20-poly1305'],
  ['aes-gcm', 'aes-gcm'],
  ['aes-gcm', 'gcm'],
  ['aes-gcm', undefined],
  ['aes-gcm', null],
] as const)('%s as enc_type %p', (cipher, enc_type) => {
  test.each([0, 1, 500, 100_000])('opens what libsodium sealed, and back, with %i bytes', (length) => {
    const client = sender(cipher, serverKey);
    const message = randomBytes(length);
    const opened = open(envelope(client, client.seal(message), { enc_type }));
    expect(Buffer.compare(opened.plaintext ?? Buffer.of(1), message)).toBe(0);
    expect(client.open(Buffer.from(opened.sealAnswer(message))).equals(message)).toBe(true);
  });

  test('is refused with any bit of length, ciphertext or key flipped', () => {
    const client = sender(cipher, serverKey);
    const sealed = client.seal(Buffer.from('l2:{}e'));
    const whole = envelope(client, sealed, { enc_type });
    const keyAt = whole.indexOf(client.ephemeralKey.toString('hex'));
    const authentic = [
      ...Array.from({ length: 4 + sealed.length }, (_, i) => i),
      ...Array.from({ length: 64 }, (_, i) => keyAt + i),
    ];
    let flips = 0;
    for (const at of authentic) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        // Another case of the same digit, or the bit of u that X25519 does not look at, is the same key to X25519, but
        // xchacha20 hashes the key as it was sent.
        const { plaintext } = open(flipped);
        const isSame = sameKey(flipped.subarray(keyAt, keyAt + 64), client.ephemeralKey);
        expect(plaintext === null || isSame).toBe(true);
        if (plaintext === null) flips++;
      }
    }
    expect(flips).toBeGreaterThan(8 * authentic.length - 64 - 2);
  });

  test('gives no two answers the same nonce, and none that another request could open', () => {
    const client = sender(cipher, serverKey);
    const opened = open(envelope(client, client.seal(Buffer.from('x')), { enc_type }));
    const answers = Array.from({ length: 50 }, () => Buffer.from(opened.sealAnswer(Buffer.from('y'))).toString('hex'));
    expect(new Set(answers.map((answer) => answer.slice(0, 24))).size).toBe(50);
    const other = sender(cipher, serverKey);
    expect(() => other.open(Buffer.from(answers[0] ?? '', 'hex'))).toThrow(NOT_AUTHENTIC);
  });
});

function sameKey(digits: Buffer, key: Buffer): boolean {
  const read = Buffer.from(digits.toString(), 'hex');
  if (read.length === 32) read[31] = (read[31] ?? 0) & 0x7f;
  return read.equals(key);
}

describe('an onion request', () => {
  const client = sender('xchacha20', serverKey);
  const sealed = client.seal(Buffer.from('hello'));
  const whole = (fields: object): Buffer => envelope(client, sealed, { enc_type: 'xchacha20', ...fields });
  const withLength = (length: number): Buffer => {
    const body = whole({});
    body.writeUInt32LE(length);
    return body;
  };

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['three bytes', Buffer.alloc(3)],
    ['a length alone', Buffer.alloc(4)],
    ['a length beyond the end', withLength(0xffffffff)],
    ['a length one too small', withLength(sealed.length - 1)],
    ['a length one too great', withLength(sealed.length + 1)],
    ['no JSON', whole({}).subarray(0, 4 + sealed.length)],
    ['JSON that ends early', whole({}).subarray(0, -1)],
    ['something behind the JSON', Buffer.concat([whole({}), Buffer.from('x')])],
    ['JSON that is a list', Buffer.concat([whole({}).subarray(0, 4 + sealed.length), Buffer.from('[]')])],
    ['JSON that is not UTF-8', Buffer.concat([whole({}).subarray(0, -1), Buffer.from([0x2c, 0xff, 0x7d])])],
    ['JSON beyond measure', whole({ host: 'h'.repeat(5_000) })],
    ['no key', whole({ ephemeral_key: undefined })],
    ['a key that is no text', whole({ ephemeral_key: 5 })],
    ['a key that is too short', whole({ ephemeral_key: 'ab' })],
    ['a key in base64', whole({ ephemeral_key: client.ephemeralKey.toString('base64') })],
    ['an unknown encryption', whole({ enc_type: 'rot13' })],
    ['an encryption from the prototype', whole({ enc_type: 'constructor' })],
    ['an encryption that is no text', whole({ enc_type: {} })],
    ['the other encryption', whole({ enc_type: 'aes-gcm' })],
    ['the key of another request', whole({ ephemeral_key: publicKeyOf(randomBytes(32)).toString('hex') })],
  ])('with %s is refused', (_, body) => {
    expect(open(body).plaintext).toBeNull();
  });

  test('with routing fields of others, in any order, and keys in capitals is opened', () => {
    const { plaintext } = open(
      whole({ ephemeral_key: client.ephemeralKey.toString('hex').toUpperCase(), method: 'x' }),
    );
    expect(text(plaintext)).toBe('hello');
  });

  test.each(smallOrderKeys())('with the small-order key %s is refused, even sealed under what it leads to', (hex) => {
    const ephemeralKey = Buffer.from(hex, 'hex');
    for (const name of ['xchacha20', 'aes-gcm'] as const) {
      const cipher = ONION_CIPHERS[name];
      const agreement = { clientKey: ephemeralKey as Uint8Array as X25519Key, serverKey: server.publicKey };
      const key = cipher.deriveKey({ ...agreement, sharedSecret: new Uint8Array(32) });
      const forged = Buffer.from(cipher.seal(key, Buffer.from('hello')));
      const from = { ...client, ephemeralKey };
      expect(open(envelope(from, forged, { enc_type: name })).plaintext).toBeNull();
    }
  });

  test('for an older key of the ring is opened, and answered under that key', () => {
    const [older, newer] = [x25519Pair(randomBytes(32)), x25519Pair(randomBytes(32))];
    for (const pair of [older, newer]) {
      const from = sender('xchacha20', Buffer.from(pair.publicKey));
      const opened = openOnion(
        [newer, older],
        envelope(from, from.seal(Buffer.from('hello')), { enc_type: 'xchacha20' }),
      );
      expect(text(opened.plaintext)).toBe('hello');
      expect(from.open(Buffer.from(opened.sealAnswer(Buffer.from('you')))).toString()).toBe('you');
    }
    expect(openOnion([newer, older], whole({})).plaintext).toBeNull();
  });

  test('that nobody opens has an answer that nobody opens', () => {
    const opened = open(withLength(sealed.length - 1));
    expect(opened.plaintext).toBeNull();
    expect(() => client.open(Buffer.from(opened.sealAnswer(Buffer.from('you'))))).toThrow(NOT_AUTHENTIC);
  });
});

/** Every u that libsodium refuses among encodings at the edges, both settings of the bit that X25519 ignores. */
function smallOrderKeys(): string[] {
  const order8 = [
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  ].map((hex) => Buffer.from(hex, 'hex'));
  const candidates = [...EDGE_ENCODINGS.map((key) => Buffer.from(key)), ...order8].flatMap((key) => {
    const other = Buffer.from(key);
    other[31] = (other[31] ?? 0) ^ 0x80;
    return [key, other];
  });
  const refused = candidates.filter((key) => {
    try {
      sender('xchacha20', key);
      return false;
    } catch {
      return true;
    }
  });
  return [...new Set(refused.map((key) => key.toString('hex')))];
}

describe('the request inside', () => {
  const metadata = (value: unknown): string => {
    const json = typeof value === 'string' ? value : JSON.stringify(value);
    return `${Buffer.byteLength(json)}:${json}`;
  };
  const post = { method: 'POST', endpoint: '/subscribe' };
  const read = (plaintext: string) => readInnerRequest(Buffer.from(plaintext));

  test('is read as the vectors have it', () => {
    const [vector] = vectors.requests;
    const request = readInnerRequest(unhex(vector?.plaintext_hex ?? ''));
    expect(request).toMatchObject(post);
    expect(JSON.parse(text(request?.body ?? null) ?? '')).toMatchObject({ service: 'apns' });
  });

  test('may be without headers, and without a body where the method needs none', () => {
    expect(read(`l${metadata({ ...post, headers: null })}2:[]e`)).toEqual({ ...post, body: Buffer.from('[]') });
    const get = { method: 'GET', endpoint: '/openapi.json?x=1', headers: {} };
    expect(read(`l${metadata(get)}e`)).toMatchObject({ method: 'GET', endpoint: '/openapi.json?x=1' });
    expect(read(`l${metadata(get)}e`)?.body).toHaveLength(0);
  });

  test.each([
    ['nothing', ''],
    ['no list', metadata(post)],
    ['an empty list', 'le'],
    ['a second element too many', `l${metadata(post)}2:[]2:[]e`],
    ['a list that does not end', `l${metadata(post)}2:[]`],
    ['something behind the list', `l${metadata(post)}2:[]e1:x`],
    ['a length with a leading zero', `l0${metadata(post)}2:[]e`],
    ['a length beyond the end', `l${metadata(post)}999999999:[]e`],
    ['a number in place of the body', `l${metadata(post)}i5ee`],
    ['a list in place of the body', `l${metadata(post)}lee`],
    ['a list in place of the metadata', `lle2:[]e`],
    ['metadata that is no JSON', `l${metadata('{')}2:[]e`],
    ['metadata that is a list', `l${metadata([])}2:[]e`],
    ['metadata that is null', `l${metadata('null')}2:[]e`],
    ['metadata beyond measure', `l${metadata({ ...post, x: 'x'.repeat(4_096) })}2:[]e`],
    ['no method', `l${metadata({ endpoint: '/' })}2:[]e`],
    ['a method that is none', `l${metadata({ ...post, method: 'PO ST' })}2:[]e`],
    ['no endpoint', `l${metadata({ method: 'POST' })}2:[]e`],
    ['an endpoint without a slash', `l${metadata({ ...post, endpoint: 'subscribe' })}2:[]e`],
    ['an endpoint beyond measure', `l${metadata({ ...post, endpoint: `/${'x'.repeat(3_000)}` })}2:[]e`],
    ['headers that are text', `l${metadata({ ...post, headers: 'x' })}2:[]e`],
    ['headers that are a list', `l${metadata({ ...post, headers: [] })}2:[]e`],
    ['POST without a body', `l${metadata(post)}e`],
    ['PUT without a body', `l${metadata({ ...post, method: 'PUT' })}e`],
  ])('with %s is malformed', (_, plaintext) => {
    expect(read(plaintext)).toBeNull();
  });
});

test('an answer is a list of two strings, and its length is told once', () => {
  const headers = { 'content-type': 'application/json', 'content-length': '2' };
  const answer = encodeInnerAnswer({ code: 200, headers, body: Buffer.from('[]') });
  const json = '{"code":200,"headers":{"content-type":"application/json"}}';
  expect(text(answer)).toBe(`l256:${json.padEnd(256)}2:[]e`);
});
