import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { accountFromKey, decodeNotification, encodeBencode } from '../src/index.ts';
import { readVectors, unhex } from './vectors.ts';

interface NotifyVector {
  readonly account: string;
  readonly hash: string;
  readonly namespace: number;
  readonly timestamp_ms: number;
  readonly expiry_ms: number;
  readonly data: string | null;
  readonly body_hex: string;
}

const vectors = readVectors('notify.json') as NotifyVector[];
const fields = {
  '@': new Uint8Array(33).fill(5),
  h: 'h'.repeat(43),
  n: 0,
  t: 1_763_769_600_007,
  z: 1_764_979_200_007,
};
const decode = (value: object): unknown => decodeNotification(encodeBencode(value as typeof fields));

describe('a notification', () => {
  test.each(vectors)('of namespace $namespace is read as it was written', (vector) => {
    const notification = decodeNotification(unhex(vector.body_hex));
    if (notification === null) throw new Error('not understood');
    const { accountKey, ...rest } = notification;
    expect(Buffer.from(accountFromKey(accountKey)).toString('hex')).toBe(vector.account);
    expect(rest).toEqual({
      hash: vector.hash,
      namespace: vector.namespace,
      createdMs: vector.timestamp_ms,
      expiresMs: vector.expiry_ms,
    });
  });

  test('does not change when the frame it came in is overwritten', () => {
    const body = encodeBencode(fields);
    const before = decodeNotification(body);
    const expected = structuredClone(before);
    body.fill(0);
    expect(before).toEqual(expected);
  });

  test('may carry keys that are not known, whatever they hold', () => {
    expect(decode({ ...fields, 'a new': [{ x: [1, 'y'] }], b: 2, '~': new Uint8Array(9) })).toMatchObject({
      namespace: 0,
    });
    expect(decode({ ...fields, '~': [1], '~~': 'after the message' })).toMatchObject({ namespace: 0 });
  });

  test.each([
    ['an account of 32 bytes', { '@': new Uint8Array(32) }],
    ['a hash of 31 characters', { h: 'h'.repeat(31) }],
    ['a hash of 100 characters', { h: 'h'.repeat(100) }],
    ['a namespace beyond int16', { n: 32_768 }],
    ['a namespace of text', { n: '0' }],
    ['a negative time', { t: -1 }],
    ['an expiry beyond exact numbers', { z: 2n ** 60n }],
    ...Object.keys(fields).map((key) => [`no ${key}`, { [key]: undefined }] as const),
  ])('with %s is refused', (_, change) => {
    expect(decode({ ...fields, ...change })).toBeNull();
  });

  test.each([
    ['a field twice', 'd1:ni0e1:ni0e'],
    ['fields out of order', 'd1:ni0e1:h0:'],
    ['an empty key', 'd0:1:x'],
    ['a list', 'le'],
  ])('with %s is refused', (_, start) => {
    const whole = Buffer.from(encodeBencode(fields)).toString('latin1').slice(1);
    expect(decodeNotification(Buffer.from(start + whole, 'latin1'))).toBeNull();
  });

  test('that is cut off anywhere, or goes on after its end, is refused', () => {
    const whole = encodeBencode({ ...fields, '~': 'message' });
    for (let length = 0; length < whole.length; length++) {
      expect(decodeNotification(whole.subarray(0, length))).toBeNull();
    }
    expect(decodeNotification(Buffer.concat([whole, Buffer.from('e')]))).toBeNull();
  });

  test('of a megabyte or more is refused without being read', () => {
    expect(decode({ ...fields, '~': new Uint8Array(1_000_000) })).toBeNull();
  });

  test('with any bytes changed never throws', () => {
    const whole = encodeBencode({ ...fields, '~': 'message' });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const body = Uint8Array.from(whole);
        for (const [at, byte] of changes) body[at] = byte;
        const read = decodeNotification(body);
        expect(read === null || read.accountKey.length === 33).toBe(true);
      }),
    );
  });

  test('of any bytes never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (body) => expect(decodeNotification(body)).toBeNull()));
  });
});
