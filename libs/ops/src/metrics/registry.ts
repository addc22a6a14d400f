import type { MetricTable } from './metric.ts';

/** Metrics of the registry's readers and writers, in whichever process they run. */
export const REGISTRY_METRICS = {
  push_registry_unavailable_total: {
    kind: 'counter',
    help: 'Registrations not carried out because Redis did not confirm them, or another relay was at them for too long.',
    labels: { reason: ['unreachable', 'busy'] },
  },
  push_registry_scans_total: {
    kind: 'counter',
    help: 'Readings of the whole registry: at the start, after a reconnect, or because changes were missed.',
    labels: { cause: ['start', 'reconnect', 'gap', 'backwards', 'fault'] },
  },
} as const satisfies MetricTable;
