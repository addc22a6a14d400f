import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import type { RedisConnection } from '@push/redis';
import type { UnixSeconds } from '@push/protocol';
import { RegistryUnavailable } from '@push/registry';
import type { ConnectionRuns } from './connection-runs.ts';
import type { KeyedMutex } from './keyed-mutex.ts';
import { takeLease } from './lease.ts';
import { createRefusalReport } from './refusal-report.ts';

/** One command, or several that may be carried out in any order. Resolves once they are confirmed. */
export type Step = <T>(commands: () => Promise<T>) => Promise<T>;

/** Which registration, and the stamp of the request that is carried out on it. */
export interface Undertaken {
  readonly leaseName: string;
  readonly stamp: UnixSeconds;
}

/** Work on one registration while nobody else works on it, here or in another relay. */
export type Undertake = <T>(what: Undertaken, work: (step: Step) => Promise<T>) => Promise<T>;

/**
 * Requests of one registration and one stamp that may be at work or wait for it. Whoever recorded a request can send it as
 * often as he likes, but makes none with another stamp: so he is in nobody's way but his own.
 */
const MAX_ALIKE = 8;

export interface UndertakingOptions {
  readonly connection: RedisConnection;
  readonly runs: ConnectionRuns;
  readonly mutex: KeyedMutex;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
}

/**
 * Whatever goes wrong with a step, the outcome is {@link RegistryUnavailable} and nothing after it is sent. A step that
 * was answered counts only if the connection was not interrupted since the work began, and none starts once half of
 * the lease has passed.
 */
export function createUndertaking({ connection, runs, mutex, ledger, metrics }: UndertakingOptions): Undertake {
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

  const alike = new Map<string, number>();
  const unlessMany = async <T>({ leaseName, stamp }: Undertaken, work: () => Promise<T>): Promise<T> => {
    const key = `${leaseName} ${stamp}`;
    const before = alike.get(key) ?? 0;
    if (before >= MAX_ALIKE) throw fail('busy');
    alike.set(key, before + 1);
    try {
      return await work();
    } finally {
      const left = (alike.get(key) ?? 0) - 1;
      if (left > 0) alike.set(key, left);
      else alike.delete(key);
    }
  };

  const alone = <T>(leaseName: string, work: (step: Step) => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    return mutex.run(leaseName, async () => {
      const run = runs.current;
      const lease = await carryOut(run, () => takeLease(connection, leaseName, startedAt));
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

  return (what, work) => unlessMany(what, () => alone(what.leaseName, work));
}
