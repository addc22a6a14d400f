import type { MetricTable } from './metric.ts';

export const RELAY_METRICS = {} as const satisfies MetricTable;
