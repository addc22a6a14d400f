import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLedger, silentLedger } from '@push/ledger';
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

  test.each(['request', 'batch', 'blocking'] as const)(
    'that is closed on purpose is not told as lost (%s)',
    async (use) => {
      const log: string[] = [];
      const ledger = createLedger({ process: 'test', level: 'debug', write: (line) => log.push(line) });
      const changes: boolean[] = [];
      const settings = redisSettings({ REDIS_URL: server.urlFor('watcher') });
      const connection = connectRedis({ settings, use, ledger, onUp: (isUp) => changes.push(isUp) });
      await redisReady(connection);
      const ended = new Promise((resolve) => connection.once('end', resolve));
      await closeRedis(connection);
      await ended;
      expect(changes).toEqual([true, false]);
      expect(log.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['redis.connected']);
    },
  );

  test('that was lost is told once, however often it is tried again', async () => {
    const log: string[] = [];
    const ledger = createLedger({ process: 'test', level: 'warn', write: (line) => log.push(line) });
    const settings = redisSettings({ REDIS_URL: server.urlFor('watcher') });
    const connection = connectRedis({ settings, use: 'request', ledger });
    await redisReady(connection);
    let attempts = 0;
    const triedThrice = new Promise<void>((resolve) => {
      connection.on('reconnecting', () => (attempts += 1) === 3 && resolve());
    });
    await server.stop();
    await triedThrice;
    expect(log.filter((line) => line.includes('redis.disconnected'))).toHaveLength(1);
    await closeRedis(connection);
    await server.start();
  });

  test('that is closed while it waits to connect again ends, and refuses what still waited for an answer', async () => {
    const connection = connectAs('watcher');
    await redisReady(connection);
    const reconnecting = new Promise((resolve) => connection.once('reconnecting', resolve));
    process.kill(server.pid, 'SIGSTOP');
    const refusal = connection.get('seen:a').catch((error: Error) => error.message);
    await server.stop();
    await reconnecting;
    const ended = new Promise((resolve) => connection.once('end', resolve));
    const began = performance.now();
    await closeRedis(connection);
    await ended;
    expect(await refusal).toBe('Connection is closed.');
    expect(performance.now() - began).toBeLessThan(500);
    await server.start();
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
