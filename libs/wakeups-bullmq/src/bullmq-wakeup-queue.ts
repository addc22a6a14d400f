import type { Clock } from '@push/ops';
import type { Service } from '@push/protocol';
import {
  deduplicationId,
  toJob,
  type Wakeup,
  WAKEUP_LIFETIME_MS,
  type WakeupQueue,
  WakeupQueueUnavailable,
} from '@push/wakeups';
import type { JobsOptions, Queue } from 'bullmq';
import { JOB_OPTIONS } from './settings.ts';

export interface WakeupQueueOptions {
  /** One queue for each service, registered with `wakeupQueueOptions`. */
  readonly queues: ReadonlyMap<Service, Queue>;
  readonly clock: Clock;
}

export interface BullmqWakeupQueue extends WakeupQueue {
  /**
   * Removes what has waited longer than a wakeup lives, up to a thousand a service, and says how many. A dispatcher does
   * so by itself; this is for queues that no dispatcher serves, where wakeups would stay for good. Call it hourly.
   */
  dropExpired(): Promise<number>;
}

/** The sending end over BullMQ. Rejects at once while Redis is away; the sender keeps what it owes. */
export function createWakeupQueue({ queues, clock }: WakeupQueueOptions): BullmqWakeupQueue {
  // Until a queue was connected for the first time BullMQ would hold back its jobs without a bound or a time limit.
  const connected = new Set<Queue>();
  for (const queue of queues.values()) {
    queue.on('error', () => {});
    queue.waitUntilReady().then(
      () => connected.add(queue),
      () => {},
    );
  }
  return {
    add: async (wakeup) => {
      const queue = queues.get(wakeup.service);
      if (queue === undefined) throw new WakeupQueueUnavailable('no-queue');
      if (!connected.has(queue)) throw new WakeupQueueUnavailable('unreachable');
      try {
        await queue.add('wakeup', toJob(wakeup), jobOptions(wakeup, clock.nowMs()));
      } catch {
        throw new WakeupQueueUnavailable('unreachable');
      }
    },
    dropExpired: async () => {
      let dropped = 0;
      for (const queue of connected) {
        for (const state of ['wait', 'delayed'] as const) {
          dropped += (await queue.clean(WAKEUP_LIFETIME_MS, 1_000, state)).length;
        }
      }
      return dropped;
    },
  };
}

const MINUTE_MS = 60_000;
const DELAYED_GRAIN_MS = 5_000;

/**
 * BullMQ keeps with a job when it was queued, which would tell when a message came. It is told the start of the minute
 * instead. A job that is held back is told a multiple of five seconds, as much as the hold itself blurs: its delay counts
 * from there, and one that has to follow another is held back for the same delay again.
 */
function jobOptions(wakeup: Wakeup, nowMs: number): JobsOptions {
  const timestamp = nowMs - (nowMs % (wakeup.delayMs > 0 ? DELAYED_GRAIN_MS : MINUTE_MS));
  return {
    ...JOB_OPTIONS,
    timestamp,
    delay: wakeup.delayMs > 0 ? nowMs - timestamp + wakeup.delayMs : 0,
    deduplication: { id: deduplicationId(wakeup), keepLastIfActive: true },
  };
}
