import type { MetricTable } from './metric.ts';

export const WATCHER_METRICS = {} as const satisfies MetricTable;
