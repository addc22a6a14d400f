import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { redisReady } from '@push/redis';
import { WakeupQueueUnavailable } from '@push/wakeups';
import { describeWakeupQueue } from '../../wakeups/test/wakeup-queue-contract.ts';
import { openQueueWorld, type QueueWorld, someWakeup } from './queue-world.ts';

let world: QueueWorld;
beforeAll(async () => {
  world = await openQueueWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describeWakeupQueue('the wakeup queue over BullMQ, as watcher and dispatcher', async () => {
  await world.operator.flushall();
  return world;
});

test('a service without a queue is refused with a code', async () => {
  await expect(world.queue.add(someWakeup({ service: 'huawei' }))).rejects.toMatchObject({ code: 'no-queue' });
});

test('adding is refused within 2.5 seconds while Redis is away and works again after it is back', async () => {
  const away = new Promise((resolve) => world.adding.once('close', resolve));
  await world.server.stop();
  await away;
  const began = performance.now();
  const refusal = world.queue.add(someWakeup());
  await expect(refusal).rejects.toBeInstanceOf(WakeupQueueUnavailable);
  await expect(refusal).rejects.toMatchObject({ code: 'unreachable' });
  expect(performance.now() - began).toBeLessThan(2_500);
  await world.server.start();
  await redisReady(world.adding);
  await world.queue.add(someWakeup());
});
