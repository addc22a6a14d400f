import { afterAll, beforeAll } from '@jest/globals';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { describeRegistry } from '../../registry/test/registry-contract.ts';
import { freshKeys, openDevices, openOperator, openWatches, openWriter } from './redis-registry.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describeRegistry('the registry on Redis', async () => {
  await using operator = await openOperator(server);
  await operator.flushall();
  const keys = freshKeys();
  const writers = [await openWriter(server, { keys }), await openWriter(server, { keys })] as const;
  const watches = await openWatches(server, { keys });
  const devices = await openDevices(server, { keys });
  return {
    writers,
    watches,
    devices,
    nowS: () => Math.floor(Date.now() / 1_000),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...writers, watches, devices].map((part) => part[Symbol.asyncDispose]()));
    },
  };
});
