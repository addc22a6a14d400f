import type { Ledger } from '@push/ledger';
import type { Metrics, ProcessReporter } from '@push/ops';

/** Puts the life of a process into its log and its fault counter. */
export function reportTo(ledger: Ledger, metrics: Metrics, version: string): ProcessReporter {
  return {
    starting: () => ledger.record('process.starting', { version, node: process.versions.node }),
    ready: (startMs) => ledger.record('process.ready', { startMs: Math.round(startMs) }),
    stopping: (signal) => ledger.record('process.stopping', { signal }),
    stopped: (stopMs, inTime) => ledger.record('process.stopped', { stopMs: Math.round(stopMs), inTime }),
    fault: (error, fatal) => {
      metrics.count('push_faults_total', {});
      const { syscall, port, code } = (error ?? {}) as { syscall?: unknown; port?: number; code?: string };
      if (fatal && syscall === 'listen') {
        ledger.record('process.cannot-listen', { port: port ?? null, code: code ?? null });
      } else ledger.fault(error, { fatal });
    },
  };
}
