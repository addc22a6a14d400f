import { describe, expect, test } from '@jest/globals';
import type { UnixSeconds } from '@push/protocol';
import * as fc from 'fast-check';
import { createSecretKey, randomBytes } from 'node:crypto';
import { decideSubscribe, decideUnsubscribe, newestOrder, openOrder, type Order, sealOrder } from '../src/index.ts';
import { bytesOf } from './samples.ts';

const order = (state: Order['state'], stamp: number): Order => ({ state, stamp: stamp as UnixSeconds });
const live = (stamp: number): Order => order('live', stamp);
const gone = (stamp: number): Order => order('gone', stamp);
const S = 100 as UnixSeconds;

describe('a subscribe at second 100', () => {
  test.each([
    ['nothing', null, { kind: 'write', outcome: 'added' }],
    ['an older live one', live(99), { kind: 'write', outcome: 'updated' }],
    ['itself', live(100), { kind: 'write', outcome: 'updated' }],
    ['a newer live one', live(101), { kind: 'leave', outcome: 'updated' }],
    ['an older end', gone(99), { kind: 'write', outcome: 'added' }],
    ['an end in the same second', gone(100), { kind: 'leave', outcome: 'superseded' }],
    ['a newer end', gone(101), { kind: 'leave', outcome: 'superseded' }],
  ] as const)('after %s', (_, before, decision) => {
    expect(decideSubscribe(before, S)).toEqual(decision);
  });
});

describe('an unsubscribe at second 100', () => {
  test.each([
    ['nothing', null, { kind: 'end', wasLive: false }],
    ['an older live one', live(99), { kind: 'end', wasLive: true }],
    ['a live one in the same second', live(100), { kind: 'end', wasLive: true }],
    ['a newer live one', live(101), { kind: 'leave', outcome: 'superseded' }],
    ['an older end', gone(99), { kind: 'end', wasLive: false }],
    ['itself', gone(100), { kind: 'end', wasLive: false }],
    ['a newer end', gone(101), { kind: 'leave', outcome: 'nothing-there' }],
  ] as const)('after %s', (_, before, decision) => {
    expect(decideUnsubscribe(before, S)).toEqual(decision);
  });
});

test('whatever order requests arrive and are repeated in, the newest second decides, and leaving wins within one', () => {
  const anyRequest = fc.record({ isSubscribe: fc.boolean(), stamp: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 8 }), (requests) => {
      let current: Order | null = null;
      for (const { isSubscribe, stamp } of requests) {
        const decision = isSubscribe
          ? decideSubscribe(current, stamp as UnixSeconds)
          : decideUnsubscribe(current, stamp as UnixSeconds);
        if (decision.kind !== 'leave') current = order(isSubscribe ? 'live' : 'gone', stamp);
      }
      const newest = Math.max(...requests.map(({ stamp }) => stamp));
      const isLive = requests.every(({ isSubscribe, stamp }) => stamp < newest || isSubscribe);
      expect(current).toEqual(order(isLive ? 'live' : 'gone', newest));
    }),
  );
});

test('among the orders under several index keys the newest counts, and gone wins a tie', () => {
  expect(newestOrder([])).toBeNull();
  expect(newestOrder([null, live(1), null, gone(3), live(2)])).toEqual(gone(3));
  expect(newestOrder([live(3), gone(3), null])).toEqual(gone(3));
  expect(newestOrder([gone(3), live(3)])).toEqual(gone(3));
});

describe('a stored order', () => {
  const key = createSecretKey(bytesOf('order key', 32));

  test('is read by whoever has the key and looks different each time', () => {
    const values = [live(7), live(7), gone(7)].map((one) => sealOrder(key, 'order:a', one, randomBytes(12)));
    expect(values.map((value) => openOrder(key, 'order:a', value))).toEqual([live(7), live(7), gone(7)]);
    expect(new Set(values.map((value) => value.toString('hex'))).size).toBe(3);
    expect(new Set(values.map((value) => value.length))).toEqual(new Set([38]));
  });

  test('is nothing under another key, under another name, or when changed', () => {
    const value = sealOrder(key, 'order:a', live(7), randomBytes(12));
    expect(openOrder(createSecretKey(bytesOf('another key', 32)), 'order:a', value)).toBeNull();
    expect(openOrder(key, 'order:b', value)).toBeNull();
    for (let at = 0; at < value.length; at += 1) {
      const changed = Buffer.from(value);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openOrder(key, 'order:a', changed)).toBeNull();
    }
    expect(openOrder(key, 'order:a', value.subarray(1))).toBeNull();
  });
});
