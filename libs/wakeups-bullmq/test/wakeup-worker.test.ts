import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { silentLedger } from '@push/ledger';
import { closeRedis, connectRedis, type RedisConnection, redisSettings } from '@push/redis';
import { queueName } from '@push/wakeups';
import { WakeupWorker, wakeupWorkerOptions } from '../src/index.ts';
import { openQueueWorld, type QueueWorld, someWakeup } from './queue-world.ts';

let world: QueueWorld;
let connection: RedisConnection;
beforeAll(async () => {
  world = await openQueueWorld();
  const settings = redisSettings({ REDIS_URL: world.server.urlFor('dispatcher') });
  connection = connectRedis({ settings, use: 'blocking', ledger: silentLedger });
});
afterAll(async () => {
  await closeRedis(connection);
  await world[Symbol.asyncDispose]();
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** A worker that is waiting for a job, and when it got its first, by `performance.now()`. */
async function startWorker() {
  const taken = Promise.withResolvers<number>();
  const options = wakeupWorkerOptions({ connection, concurrency: 1, retryDelayMs: () => 50 });
  const worker = new WakeupWorker(queueName('apns'), async () => taken.resolve(performance.now()), options);
  worker.on('error', () => {});
  await worker.waitUntilReady();
  return { taken: taken.promise, [Symbol.asyncDispose]: () => worker.close() };
}

test('a worker takes a wakeup when it is due, not at the next whole second', async () => {
  await using worker = await startWorker();
  const began = performance.now();
  await world.queue.add(someWakeup({ delayMs: 1_200 }));
  const waitedMs = (await worker.taken) - began;
  expect(waitedMs).toBeGreaterThan(1_190);
  expect(waitedMs).toBeLessThan(1_600);
});

test('a worker prints nothing about a server that may evict', async () => {
  const print = jest.spyOn(console, 'warn').mockImplementation(() => {});
  await world.operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await using worker = await startWorker();
  await world.queue.add(someWakeup());
  await worker.taken;
  expect(print).not.toHaveBeenCalled();
});
