import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { silentLedger } from '@push/ledger';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { closeRedis, connectRedis, type RedisConnection, redisReady, redisSettings } from '../src/index.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer({ appendOnly: true });
});
afterAll(() => server[Symbol.asyncDispose]());

function connectAs(user: 'relay' | 'watcher' | 'dispatcher', onUp?: (isUp: boolean) => void): RedisConnection {
  const settings = redisSettings({ REDIS_URL: server.urlFor(user) });
  return connectRedis({ settings, use: 'request', ledger: silentLedger, ...(onUp ? { onUp } : {}) });
}

describe('a connection', () => {
  test('fails commands quickly while Redis is away and works again after it is back', async () => {
    const changes: boolean[] = [];
    const connection = connectAs('watcher', (isUp) => changes.push(isUp));
    await redisReady(connection);
    await connection.set('seen:a', '1');
    const away = new Promise((resolve) => connection.once('close', resolve));
    await server.stop();
    await away;
    const began = performance.now();
    await expect(connection.get('seen:a')).rejects.toBeDefined();
    expect(performance.now() - began).toBeLessThan(2_500);
    await server.start();
    await redisReady(connection);
    expect(await connection.get('seen:a')).toBe('1');
    expect(changes).toEqual([true, false, true]);
    await closeRedis(connection);
  });

  test('is not waited for once the wait was given up, before it began or after', async () => {
    const connection = connectAs('relay');
    await expect(redisReady(connection, AbortSignal.abort())).rejects.toThrow('gave up');
    const giveUp = new AbortController();
    const wait = redisReady(connection, giveUp.signal);
    giveUp.abort();
    await expect(wait).rejects.toThrow('gave up');
    await closeRedis(connection);
  });

  test.each([
    ['relay', 'watch:x'],
    ['relay', 'device:x'],
    ['watcher', 'device:x'],
    ['dispatcher', 'watch:x'],
  ] as const)('of the %s cannot read %s', async (user, key) => {
    const connection = connectAs(user);
    await redisReady(connection);
    await expect(connection.get(key)).rejects.toThrow(/NOPERM/);
    await expect(connection.keys('*')).rejects.toThrow(/NOPERM/);
    await closeRedis(connection);
  });
});

test.each(['relay', 'watcher', 'dispatcher'] as const)(
  'the %s can neither follow nor count the keys of the others',
  async (user) => {
    const connection = connectAs(user);
    await redisReady(connection);
    for (const [command, ...args] of [
      ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
      ['CLIENT', 'LIST'],
      ['MONITOR'],
      ['DBSIZE'],
      ['RANDOMKEY'],
      ['OBJECT', 'IDLETIME', 'device:x'],
      ['CONFIG', 'GET', '*'],
      ['PSUBSCRIBE', '*'],
    ] as const) {
      await expect(connection.call(command, ...args)).rejects.toThrow(/NOPERM/);
    }
    await closeRedis(connection);
  },
);
