import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openQueueWorld, type QueueWorld, someDevice, someWakeup } from './queue-world.ts';
import { redisContents } from './redis-contents.ts';

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

/** Kept for good by BullMQ: a counter of jobs, its own version, the time of the next delayed job. */
const BOOKKEEPING = new Set(['wakeup:{apns}:id', 'wakeup:{apns}:marker', 'wakeup:{apns}:meta']);

const contents = (): Promise<Map<string, string>> => redisContents(world.operator);
const finishNext = async (): Promise<void> => {
  const taken = await world.take('apns', 2_000);
  await taken?.finish();
};
/** Every number in the database that could be a moment of these years in milliseconds. */
const moments = async (): Promise<number[]> =>
  [...(await contents()).values()].flatMap((value) => value.match(/\b[12]\d{12}\b/g) ?? []).map(Number);

describe('what the queue keeps in Redis', () => {
  test('of a wakeup that waits is its device, minute and urgency, and no time finer than a minute', async () => {
    await world.queue.add(someWakeup());
    const job = (await world.operator.hgetall('wakeup:{apns}:1')) as { data: string };
    expect(JSON.parse(job.data)).toEqual({ d: someDevice, m: 29_000_000, u: 'u' });
    const times = await moments();
    expect(times.length).toBeGreaterThan(0);
    expect(times.filter((ms) => ms % 60_000 !== 0)).toEqual([]);
  });

  test.each<[string, () => Promise<void>]>([
    ['sent', finishNext],
    [
      'sent at the second attempt',
      async () => {
        const first = await world.takeJob('apns', 1_000);
        await first?.job.moveToFailed(new Error('retried'), first.token);
        await finishNext();
      },
    ],
    [
      'followed by another that came meanwhile',
      async () => {
        const first = await world.take('apns', 1_000);
        await world.queue.add(someWakeup());
        await first?.finish();
        await finishNext();
      },
    ],
    [
      'tried again while another came',
      async () => {
        const first = await world.takeJob('apns', 1_000);
        await world.queue.add(someWakeup());
        await first?.job.moveToFailed(new Error('retried'), first.token);
        await world.queue.add(someWakeup());
        await finishNext();
        await finishNext();
      },
    ],
    [
      'given back and taken again',
      async () => {
        const first = await world.takeJob('apns', 1_000);
        await first?.job.moveToWait(first.token);
        await finishNext();
      },
    ],
  ])('holds nothing about a device once its wakeup was %s', async (_, run) => {
    await world.queue.add(someWakeup());
    await world.queue.add(someWakeup());
    await run();
    const left = await contents();
    expect([...left.keys()].filter((key) => !BOOKKEEPING.has(key))).toEqual([]);
    expect([...left].flat().join()).not.toContain(someDevice);
  });

  test('holds nothing about a device once its delayed wakeup was sent', async () => {
    await world.queue.add(someWakeup({ delayMs: 50 }));
    await finishNext();
    expect([...(await contents()).keys()].filter((key) => !BOOKKEEPING.has(key))).toEqual([]);
  });

  test('of a failed attempt is its code, and no stack', async () => {
    await world.queue.add(someWakeup());
    const taken = await world.takeJob('apns', 1_000);
    await taken?.job.moveToFailed(new Error('retried'), taken.token);
    expect(await world.operator.hgetall('wakeup:{apns}:1')).toMatchObject({
      failedReason: 'retried',
      stacktrace: '[]',
    });
  });

  test('is removed when a wakeup waited longer than it lives and no dispatcher came', async () => {
    world.clock.offsetMs = -86_400_000 - 60_000;
    await world.queue.add(someWakeup());
    await world.queue.add(someWakeup({ urgency: 'quiet', delayMs: 30_000 }));
    world.clock.offsetMs = -86_400_000 + 120_000;
    await world.queue.add(someWakeup({ deviceId: 'YW5vdGhlci1kZXZpY2UtMQ' as typeof someDevice }));
    expect(await world.queue.dropExpired()).toBe(2);
    expect([...(await contents())].flat().join()).not.toContain(someDevice);
    expect((await world.take('apns', 1_000))?.wakeup.deviceId).toBe('YW5vdGhlci1kZXZpY2UtMQ');
  });
});
