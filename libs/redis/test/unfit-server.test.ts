import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLedger } from '@push/ledger';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { closeRedis, connectRedis, redisReady, redisSettings, reportUnfitServer } from '../src/index.ts';
import { unfitness } from '../src/unfit-server.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a server that may evict what is stored', () => {
  test.each(['relay', 'watcher', 'dispatcher'] as const)('is told to the operator of the %s, once', async (user) => {
    const settingsOf = (name: 'operator' | typeof user) => redisSettings({ REDIS_URL: server.urlFor(name) });
    const log: string[] = [];
    const told = Promise.withResolvers<void>();
    const ledger = createLedger({
      process: user,
      level: 'error',
      write: (line) => {
        log.push(line);
        told.resolve();
      },
    });
    const operator = connectRedis({ settings: settingsOf('operator'), use: 'request', ledger });
    await redisReady(operator);
    await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const connection = connectRedis({ settings: settingsOf(user), use: 'request', ledger });
    reportUnfitServer(connection, ledger);
    await told.promise;
    connection.disconnect(true);
    await new Promise((resolve) => connection.once('close', resolve));
    await redisReady(connection);
    await connection.info('memory');
    expect(log.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ event: 'redis.evicts', policy: 'allkeys-lru' }),
    ]);
    await Promise.all([closeRedis(connection), closeRedis(operator)]);
  });
});

test.each([
  ['a fit server', 'redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\n', null, null],
  ['a later one', 'redis_version:10.2.0\r\nmaxmemory_policy:noeviction', null, null],
  ['an old one', 'redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\n', null, '6.2.14'],
  ['one that evicts', 'redis_version:8.0.0\r\nmaxmemory_policy:volatile-ttl\r\n', 'volatile-ttl', null],
  ['one of several', 'maxmemory_policy:noeviction\r\n\nmaxmemory_policy:allkeys-lfu\r\n', 'allkeys-lfu', null],
  ['one that says nothing', '# Server\r\n', null, null],
])('what INFO says of %s is understood', (_, info, policy, version) => {
  expect(unfitness(info)).toEqual({ policy, version });
});
