import { silentLedger } from '@push/ledger';
import { systemClock } from '@push/ops';
import { closeRedis, connectRedis, redisReady, redisSettings } from '@push/redis';
import type { WakeupQueue } from '@push/wakeups';
import { createWakeupQueue, wakeupQueueOptions } from '@push/wakeups-bullmq';
import { Queue, type QueueOptions } from 'bullmq';
import type { RedisServer } from '../world/redis-server.ts';
import type { Stage } from './stage.ts';

/** How the benchmark itself logs in to Redis, in the terms of ioredis and BullMQ. */
export const operatorOf = (redis: RedisServer) => ({
  host: '127.0.0.1',
  port: redis.port,
  username: 'operator',
  password: redis.passwordOf('operator'),
});

/** A queue as BullMQ makes it, to hold, fill, look at and empty. */
export function openQueue(
  stage: Stage,
  redis: RedisServer,
  name: string,
  options: Partial<QueueOptions> = {},
): Promise<Queue & AsyncDisposable> {
  return stage.own(() => {
    const queue = new Queue(name, { connection: operatorOf(redis), ...options });
    queue.on('error', () => {});
    return Object.assign(queue, { [Symbol.asyncDispose]: () => queue.close() });
  });
}

/** The watcher's end of the queue of APNs wakeups: its adapter, its settings, its login. */
export async function openWakeupQueue(stage: Stage, redis: RedisServer): Promise<WakeupQueue> {
  const settings = redisSettings({ REDIS_URL: redis.urlFor('watcher') });
  const connection = connectRedis({ settings, use: 'request', ledger: silentLedger });
  await stage.own(() => ({ [Symbol.asyncDispose]: () => closeRedis(connection) }));
  await redisReady(connection);
  const { name, ...options } = wakeupQueueOptions('apns', connection);
  const queue = new Queue(name, options);
  const wakeups = createWakeupQueue({ queues: new Map([['apns', queue]]), clock: systemClock });
  await queue.waitUntilReady();
  return wakeups;
}
