import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import type { RedisConnection } from '@push/redis';
import { RegistryUnavailable } from '@push/registry';
import type { ConnectionRuns } from './connection-runs.ts';
import { takeLease } from './lease.ts';
import { createRefusalReport } from './refusal-report.ts';
import { createRegistrationQueue, type Undertaken } from './registration-queue.ts';

/** One command, or several that may be carried out in any order. Resolves once they are confirmed. */
export type Step = <T>(commands: () => Promise<T>) => Promise<T>;

/** Work on one registration while nobody else works on it, here or in another relay. */
export type Undertake = <T>(what: Undertaken, work: (step: Step) => Promise<T>) => Promise<T>;

export interface UndertakingOptions {
  readonly connection: RedisConnection;
  readonly runs: ConnectionRuns;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
}

/**
 * Whatever goes wrong with a step, the outcome is {@link RegistryUnavailable} and nothing after it is sent. A step that
 * was answered counts only if the connection was not interrupted since the work began, and none starts once half of
 * the lease has passed.
 */
export function createUndertaking({ connection, runs, ledger, metrics }: UndertakingOptions): Undertake {
  const reportRefusal = createRefusalReport(ledger);

  const fail = (code: RegistryUnavailable['code']): RegistryUnavailable => {
    metrics.count('push_registry_unavailable_total', { reason: code });
    return new RegistryUnavailable(code);
  };
  const carryOut = async <T>(run: number, commands: () => Promise<T>): Promise<T> => {
    const result = await commands().catch((error: unknown) => {
      reportRefusal(error);
      throw fail('unreachable');
    });
    if (runs.current !== run) throw fail('unreachable');
    return result;
  };

  const queue = createRegistrationQueue(() => fail('busy'));

  return (what, work) => {
    const startedAt = performance.now();
    return queue.run(what, async () => {
      const run = runs.current;
      const lease = await carryOut(run, () => takeLease(connection, what.leaseName, startedAt));
      if (lease === null) throw fail('busy');
      try {
        return await work(async (commands) => {
          if (!lease.isFresh) throw fail('busy');
          return carryOut(run, commands);
        });
      } finally {
        // Whoever takes it next on this connection queues up behind this, so nobody has to wait for it.
        void lease.release();
      }
    });
  };
}
