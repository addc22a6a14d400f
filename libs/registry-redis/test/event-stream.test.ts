import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { createEventStream, type EventStream } from '../src/event-stream.ts';
import { openOperator } from './redis-registry.ts';

const MINUTE_MS = 60_000;

let server: RedisServer;
let operator: Redis & AsyncDisposable;
let nowMs: number;
beforeAll(async () => {
  server = await startRedisServer();
  operator = await openOperator(server);
});
afterAll(async () => {
  await operator[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await operator.flushall();
  nowMs = 1_700_000_000_000;
});

const open = (): EventStream => createEventStream({ connection: operator, name: 'feed', field: 'w', now: () => nowMs });
const entries = async (): Promise<string[]> => (await operator.xrange('feed', '-', '+')).map(([id]) => id);

describe('a stream of events', () => {
  test('counts its entries from nought, without a gap and without a time', async () => {
    using stream = open();
    await Promise.all(['a', 'b', 'c'].map((id) => stream.append(id)));
    expect(await operator.xrange('feed', '-', '+')).toEqual([
      ['1-0', ['w', 'a']],
      ['1-1', ['w', 'b']],
      ['1-2', ['w', 'c']],
    ]);
  });

  test('ends two weeks after its last entry, whoever still tends it', async () => {
    using stream = open();
    await stream.append('a');
    expect(await operator.ttl('feed')).toBe(14 * 86_400);
    await operator.expire('feed', 100);
    await stream.append('b');
    await stream.tend();
    expect(await operator.ttl('feed')).toBe(14 * 86_400);

    await operator.expire('feed', 100);
    await stream.tend();
    using other = open();
    await other.tend();
    expect(await operator.ttl('feed')).toBeLessThanOrEqual(100);
  });

  test('keeps an hour of entries, and its count when none is left', async () => {
    using stream = open();
    const tendFor = async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        nowMs += MINUTE_MS;
        await stream.tend();
      }
    };
    await stream.append('a');
    await tendFor(30);
    await stream.append('b');
    await tendFor(29);
    expect(await entries()).toEqual(['1-0', '1-1']);
    await tendFor(3);
    expect(await entries()).toEqual(['1-1']);
    await tendFor(60);
    expect(await entries()).toEqual([]);
    await stream.append('c');
    expect(await entries()).toEqual(['1-2']);
  });

  test('is trimmed by whoever still writes to it', async () => {
    using gone = open();
    await gone.append('a');
    using stream = open();
    await stream.append('b');
    await stream.tend();
    nowMs += 61 * MINUTE_MS;
    await stream.tend();
    await stream.tend();
    expect(await entries()).toEqual([]);
  });
});
