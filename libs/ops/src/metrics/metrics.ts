import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { COMMON_METRICS } from './common.ts';
import { DISPATCHER_METRICS } from './dispatcher.ts';
import type { LabelsOf, MetricDeclaration, MetricTable, NamesOf } from './metric.ts';
import { REGISTRY_METRICS } from './registry.ts';
import { RELAY_METRICS } from './relay.ts';
import { WATCHER_METRICS } from './watcher.ts';

/** Every metric any process can expose. */
export const METRICS = {
  ...COMMON_METRICS,
  ...REGISTRY_METRICS,
  ...RELAY_METRICS,
  ...WATCHER_METRICS,
  ...DISPATCHER_METRICS,
};

type Table = typeof METRICS;
type Counters = NamesOf<Table, 'counter'>;
type Gauges = NamesOf<Table, 'gauge'>;
type Histograms = NamesOf<Table, 'histogram'>;

/** Counts of one process, in Prometheus' terms. Names and label values outside {@link METRICS} do not compile. */
export interface Metrics {
  count<N extends Counters>(name: N, labels: LabelsOf<Table[N]>, by?: number): void;
  set<N extends Gauges>(name: N, labels: LabelsOf<Table[N]>, value: number): void;
  observe<N extends Histograms>(name: N, labels: LabelsOf<Table[N]>, value: number): void;
  /** The current value of one counter or gauge series; 0 when nothing was recorded. For tests and health checks. */
  read<N extends Counters | Gauges>(name: N, labels: LabelsOf<Table[N]>): Promise<number>;
  /** Prometheus text exposition format. */
  render(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, declared] of Object.entries(METRICS as MetricTable)) {
    const config = { name, help: declared.help, labelNames: Object.keys(declared.labels ?? {}), registers: [registry] };
    if (declared.kind === 'counter') counters.set(name, new Counter(config));
    else if (declared.kind === 'gauge') gauges.set(name, new Gauge(config));
    else histograms.set(name, new Histogram({ ...config, buckets: [...declared.buckets] }));
  }
  return {
    count: (name, labels, by = 1) => {
      if (accepts(name, labels)) counters.get(name)?.inc(labels, by);
    },
    set: (name, labels, value) => {
      if (accepts(name, labels)) gauges.get(name)?.set(labels, value);
    },
    observe: (name, labels, value) => {
      if (accepts(name, labels)) histograms.get(name)?.observe(labels, value);
    },
    read: async (name, labels) => {
      const family = await (counters.get(name) ?? gauges.get(name))?.get();
      const wanted = Object.entries(labels);
      return family?.values.find((series) => wanted.every(([k, v]) => series.labels[k] === v))?.value ?? 0;
    },
    render: () => registry.metrics(),
  };
}

/** The compiler already holds callers to the declared values; this holds values that came from elsewhere to them. */
function accepts(name: string, labels: { readonly [label: string]: string }): boolean {
  const declared: MetricDeclaration | undefined = (METRICS as MetricTable)[name];
  return Object.entries(declared?.labels ?? {}).every(([label, values]) => values.includes(labels[label] ?? ''));
}
