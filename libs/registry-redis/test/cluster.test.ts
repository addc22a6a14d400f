import { afterAll, beforeAll } from '@jest/globals';
import { type RedisCluster, startRedisCluster } from '../../../test/world/redis-cluster.ts';
import { describeRegistry } from '../../registry/test/registry-contract.ts';
import { freshKeys, openDevices, openOperator, openWatches, openWriter } from './redis-registry.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster(2);
});
afterAll(() => cluster[Symbol.asyncDispose]());

describeRegistry('the registry on a Redis Cluster', async () => {
  for (const node of cluster.nodes) {
    await using operator = await openOperator(node);
    await operator.flushall();
  }
  const keys = freshKeys();
  const writers = [await openWriter(cluster, { keys }), await openWriter(cluster, { keys })] as const;
  const watches = await openWatches(cluster, { keys });
  const devices = await openDevices(cluster, { keys });
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
