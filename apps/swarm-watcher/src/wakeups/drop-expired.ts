import type { BullmqWakeupQueue } from '@push/wakeups-bullmq';

const HOUR_MS = 3_600_000;

/** Nothing may stay for good in the queue of a service that no dispatcher serves. Redis may be away; the next hour will do. */
export function dropExpiredHourly(queue: BullmqWakeupQueue): Disposable {
  const timer = setInterval(() => void queue.dropExpired().catch(() => {}), HOUR_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
