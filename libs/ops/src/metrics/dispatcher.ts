import type { MetricTable } from './metric.ts';

const SERVICE = ['apns', 'apns-sandbox', 'firebase', 'huawei'] as const;

export const DISPATCHER_METRICS = {
  push_wakeups_total: {
    kind: 'counter',
    help: 'Attempts to deliver a wakeup, by how they ended; retried and held ones come again.',
    labels: {
      service: SERVICE,
      outcome: [
        'sent',
        'retried',
        'held',
        'dead',
        'suspect',
        'expired',
        'gone',
        'unreadable',
        'garbled',
        'bug',
        'fault',
      ],
    },
  },
  push_wakeup_send_seconds: {
    kind: 'histogram',
    help: 'From taking a wakeup out of the queue until the provider accepted it.',
    labels: { service: SERVICE },
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  push_wakeup_queue: {
    kind: 'gauge',
    help: 'Wakeups in the queue: waiting for a worker, delayed (held back or to be tried again), or being sent.',
    labels: { service: SERVICE, state: ['waiting', 'delayed', 'active'] },
  },
  push_wakeup_queue_held: {
    kind: 'gauge',
    help: '1 while this process sends nothing for a service because the provider refuses everything.',
    labels: { service: SERVICE },
  },
} as const satisfies MetricTable;
