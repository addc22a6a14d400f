import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLedger } from '@push/ledger';
import { systemClock } from '@push/ops';
import { closeRedis, connectRedis, redisReady, redisSettings } from '@push/redis';
import { Queue } from 'bullmq';
import { createWakeupQueue, wakeupQueueOptions } from '../src/index.ts';
import { withNewestMinute } from '../src/newest-minute.ts';
import { openQueueWorld, type QueueWorld, someWakeup } from './queue-world.ts';

let world: QueueWorld;
beforeAll(async () => {
  world = await openQueueWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await world.operator.flushall();
  world.clock.offsetMs = 0;
});

const OLD = 29_000_000;
const NEW = 29_001_440;

describe('a wakeup that absorbs another', () => {
  test('carries its minute when another watcher queued the first', async () => {
    const settings = redisSettings({ REDIS_URL: world.server.urlFor('watcher') });
    const connection = connectRedis({ settings, use: 'request', ledger: silentLedger });
    await redisReady(connection);
    const { name, ...options } = wakeupQueueOptions('apns', connection);
    const queue = new Queue(name, options);
    await queue.waitUntilReady();
    const other = createWakeupQueue({ queues: new Map([['apns', queue]]), clock: systemClock });

    await world.queue.add(someWakeup({ minute: OLD }));
    await other.add(someWakeup({ minute: NEW }));
    await world.queue.add(someWakeup({ minute: OLD + 1 }));
    expect((await world.take('apns', 0))?.wakeup.minute).toBe(NEW);
    await queue.close();
    await closeRedis(connection);
  });

  test('carries its minute while it waits to be tried again, and keeps count of its attempts', async () => {
    await world.queue.add(someWakeup({ minute: OLD }));
    const first = await world.takeJob('apns', 1_000);
    await first?.job.moveToFailed(new Error('retried'), first.token);
    await world.queue.add(someWakeup({ minute: NEW }));
    const second = await world.takeJob('apns', 2_000);
    expect(second?.job).toMatchObject({ id: first?.job.id, attemptsMade: 1, data: { m: NEW } });
  });

  test('stays what it is for the attempt under way', async () => {
    await world.queue.add(someWakeup({ minute: OLD }));
    await world.takeJob('apns', 1_000);
    await world.queue.add(someWakeup({ minute: NEW }));
    expect(JSON.parse((await world.operator.hget('wakeup:{apns}:1', 'data')) ?? '')).toMatchObject({ m: OLD });
  });

  test.each([
    ['waits', async () => {}],
    [
      'was given back after an attempt',
      async () => {
        const taken = await world.takeJob('apns', 1_000);
        await taken?.job.moveToWait(taken.token);
        await world.operator.hset('wakeup:{apns}:1', 'processedOn', Date.now() - 2 * 86_400_000);
      },
    ],
    [
      'waits to be tried again',
      async () => {
        const taken = await world.takeJob('apns', 1_000);
        await taken?.job.moveToFailed(new Error('retried'), taken.token);
        await world.operator.hset('wakeup:{apns}:1', 'processedOn', Date.now() - 2 * 86_400_000);
      },
    ],
  ])('a day ago and %s is not dropped as expired', async (_, meanwhile) => {
    world.clock.offsetMs = -2 * 86_400_000;
    await world.queue.add(someWakeup({ minute: OLD }));
    await meanwhile();
    world.clock.offsetMs = 0;
    await world.queue.add(someWakeup({ minute: NEW }));
    expect(await world.queue.dropExpired()).toBe(0);
    expect((await world.take('apns', 2_000))?.wakeup.minute).toBe(NEW);
  });
});

test.each([
  ['in another way', 'local absorbedBy = deduplicateJob(opts)'],
  ['twice', "\nlocal deduplicationJobId = deduplicateJob(opts['de'],".repeat(2)],
])('a script that absorbs jobs %s is refused', (_, lua) => {
  const connection = withNewestMinute(world.operator);
  expect(() => connection.defineCommand('probe', { numberOfKeys: 1, lua })).toThrow(/cannot be completed/);
});
