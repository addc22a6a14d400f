import type { MetricTable } from './metric.ts';

export const DISPATCHER_METRICS = {} as const satisfies MetricTable;
