import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { xWingSecretKey } from '@push/sealing';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { createEpochKeeper, type EpochKeeper } from '../src/epoch-keeper.ts';
import { openOperator, ringOf } from './redis-registry.ts';

const DAY_S = 86_400;

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
  nowMs = Date.now();
});

function open(): EpochKeeper {
  const recipients = ringOf(xWingSecretKey(randomBytes(32)).publicKey.bytes);
  const clock = { nowMs: () => nowMs };
  return createEpochKeeper({ connection: operator, clock, recipients: { watch: recipients, device: recipients } });
}
const dayStart = (): number => Math.floor(nowMs / 1_000 / DAY_S) * DAY_S;
const epochs = (): Promise<string[]> => operator.keys('epoch:*');

describe('the epochs of a relay', () => {
  test('are stored before anything sealed in them may be, all for the same 15 UTC days', async () => {
    using keeper = open();
    const sealed = keeper.seal('watch', 'watch:a', Buffer.from('a'));
    expect(await epochs()).toEqual([]);
    await sealed.epochStored();
    await keeper.seal('device', 'device:a', Buffer.from('a')).epochStored();
    nowMs = dayStart() * 1_000 + 1;
    using other = open();
    await other.seal('watch', 'watch:b', Buffer.from('b')).epochStored();
    const expiries = await Promise.all((await epochs()).map((name) => operator.expiretime(name)));
    expect(expiries).toEqual(Array.from({ length: 3 }, () => dayStart() + 15 * DAY_S));
  });

  test('are stored once for any number of records', async () => {
    using keeper = open();
    for (let n = 0; n < 100; n += 1) {
      await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
      await keeper.seal('device', 'device:a', Buffer.from('a')).epochStored();
    }
    const [, calls] = /cmdstat_set:calls=(\d+)/.exec(await operator.info('commandstats')) ?? [];
    expect((await epochs()).length).toBe(2);
    expect(Number(calls)).toBeLessThan(10);
  });

  test('are stored again while in use, with a new 15 days', async () => {
    using keeper = open();
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    const [name = ''] = await epochs();
    await operator.expire(name, 100);
    await keeper.tend();
    expect(await operator.expiretime(name)).toBe(dayStart() + 15 * DAY_S);
    await operator.del(name);
    await keeper.tend();
    expect(await epochs()).toEqual([name]);
  });

  test('change with time, and the one before is left as it is', async () => {
    using keeper = open();
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    const [first = ''] = await epochs();
    nowMs += 31 * 60_000;
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    expect(await epochs()).toHaveLength(2);
    await operator.expire(first, 100);
    await keeper.tend();
    expect(await operator.ttl(first)).toBeLessThanOrEqual(100);
  });

  test('are not kept in use after their end, although nothing else is sealed', async () => {
    using keeper = open();
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    const [name = ''] = await epochs();
    await operator.expire(name, 100);
    nowMs += 31 * 60_000;
    await keeper.tend();
    expect(await operator.ttl(name)).toBeLessThanOrEqual(100);
  });

  test('begin anew for a new server, which is told of the old ones once more', async () => {
    using keeper = open();
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    const [before = ''] = await epochs();
    await operator.flushall();
    await keeper.startNewEpochs();
    expect(await epochs()).toEqual([before]);
    await keeper.seal('watch', 'watch:a', Buffer.from('a')).epochStored();
    expect(await epochs()).toHaveLength(2);
  });
});
