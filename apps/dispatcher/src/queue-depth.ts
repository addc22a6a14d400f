import type { Metrics } from '@push/ops';
import type { Service } from '@push/protocol';
import type { Queue } from 'bullmq';

export interface QueueDepthOptions {
  readonly queues: ReadonlyMap<Service, Queue>;
  readonly metrics: Metrics;
  readonly intervalMs: number;
}

/** Keeps the gauges of how much waits in each queue up to date. While Redis is away they keep their last value. */
export function reportQueueDepth({ queues, metrics, intervalMs }: QueueDepthOptions): Disposable {
  const report = async (service: Service, queue: Queue): Promise<void> => {
    const counts = await queue.getJobCounts('waiting', 'delayed', 'active').catch(() => null);
    if (counts === null) return;
    for (const state of ['waiting', 'delayed', 'active'] as const) {
      metrics.set('push_wakeup_queue', { service, state }, counts[state] ?? 0);
    }
  };
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    await Promise.all([...queues].map(([service, queue]) => report(service, queue)));
    isAsking = false;
  };
  const timer = setInterval(() => void ask(), intervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
