import type { MetricTable } from './metric.ts';

export const COMMON_METRICS = {
  push_faults_total: { kind: 'counter', help: 'Errors nobody handled.' },
  push_redis_up: { kind: 'gauge', help: '1 while the connection to Redis is usable.' },
} as const satisfies MetricTable;
