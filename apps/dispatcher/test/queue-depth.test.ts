import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMetrics } from '@push/ops';
import { wakeupQueueOptions } from '@push/wakeups-bullmq';
import { Queue } from 'bullmq';
import { openQueueWorld, type QueueWorld, someWakeup } from '../../../libs/wakeups-bullmq/test/queue-world.ts';
import { reportQueueDepth } from '../src/queue-depth.ts';
import { eventually } from './dispatcher-world.ts';

let world: QueueWorld;
beforeAll(async () => {
  world = await openQueueWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test('the gauges follow what waits, what is held back and what is being sent', async () => {
  const { name, ...options } = wakeupQueueOptions('apns', world.adding);
  const queue = new Queue(name, options);
  const metrics = createMetrics();
  const reporting = reportQueueDepth({ queues: new Map([['apns', queue]]), metrics, intervalMs: 20 });
  const depth = async (): Promise<number[]> =>
    Promise.all(
      (['waiting', 'delayed', 'active'] as const).map((state) =>
        metrics.read('push_wakeup_queue', { service: 'apns', state }),
      ),
    );
  const depthIs = (...wanted: number[]): Promise<void> =>
    eventually(async () => JSON.stringify(await depth()) === JSON.stringify(wanted));

  await world.queue.add(someWakeup());
  await world.queue.add(someWakeup({ urgency: 'quiet', delayMs: 60_000 }));
  await depthIs(1, 1, 0);
  const taken = await world.take('apns', 1_000);
  await depthIs(0, 1, 1);
  await taken?.finish();
  await depthIs(0, 1, 0);
  expect(await metrics.render()).toContain('push_wakeup_queue{service="apns",state="delayed"} 1');
  reporting[Symbol.dispose]();
  await queue.close();
});
