import type { Ledger } from '@push/ledger';
import { type Clock, type Metrics, tellRarely } from '@push/ops';
import type { Server } from 'node:net';

export interface FailedAcceptsOptions {
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Whoever connects decides how often accepting fails, so each is counted but few are told. */
const TELL_INTERVAL_MS = 60_000;

/**
 * Keeps a server going that could not accept a connection, mostly for want of file descriptors; an `error` nobody listens
 * to would end the process. For a server that listens: a failure to listen is told to who asked for it.
 */
export function outliveFailedAccepts(server: Server, { ledger, metrics, clock }: FailedAcceptsOptions): void {
  const rarely = tellRarely(TELL_INTERVAL_MS, () => clock.nowMs());
  server.on('error', (error) => {
    metrics.count('push_faults_total', {});
    rarely('accept', () => ledger.fault(error));
  });
}
