import { closeRedis, connectRedis, type RedisConnection, redisReady } from '@push/redis';
import { recordName, RegistryUnavailable, type WatchHandler } from '@push/registry';
import { createOpener } from '@push/sealing';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionRuns, watchConnectionRuns } from './connection-runs.ts';
import { createEpochSource } from './epoch-source.ts';
import type { RedisWatchSource, WatchSourceOptions } from './options.ts';
import { createRefusalReport } from './refusal-report.ts';
import { runWatchSession, type ScanCause } from './watch-session.ts';

interface Following {
  /** A connection of its own, since it mostly waits. */
  readonly tail: RedisConnection;
  readonly tailRuns: ConnectionRuns;
  readonly handler: WatchHandler;
  readonly signal: AbortSignal;
}

/** Before another try after a failure that was not an interrupted connection. */
const RETRY_MS = 500;

/** The watcher's side: every watch, and then every change of one. */
export function createWatchSource(options: WatchSourceOptions): RedisWatchSource {
  const { settings, secrets, ledger, metrics, onUp } = options;
  const commands = connectRedis({ settings, use: 'batch', ledger, ...(onUp === undefined ? {} : { onUp }) });
  const commandRuns = watchConnectionRuns(commands);
  const opener = createOpener({ compartment: 'watch', secrets, epochs: createEpochSource(commands) });
  const reportRefusal = createRefusalReport(ledger);
  const disposed = new AbortController();

  const runSession = ({ tail, tailRuns, handler, signal }: Following, cause: ScanCause): Promise<ScanCause> => {
    metrics.count('push_registry_scans_total', { cause });
    const began = performance.now();
    const runs = [commandRuns, tailRuns];
    const before = runs.map(({ current }) => current);
    const wasInterrupted = (): boolean => runs.some(({ current }, i) => current !== before[i]);
    const onScanned = (watches: number): void =>
      ledger.record('registry.scanned', { cause, watches, scanMs: Math.round(performance.now() - began) });
    return runWatchSession({ commands, tail, opener, handler, signal, wasInterrupted, onScanned }).catch(
      (error: unknown): ScanCause => {
        if (wasInterrupted() || signal.aborted) return 'reconnect';
        if (!reportRefusal(error)) ledger.fault(error);
        return 'fault';
      },
    );
  };

  return {
    follow: async (handler, stop) => {
      const signal = AbortSignal.any([stop, disposed.signal]);
      const tail = connectRedis({ settings, use: 'batch', ledger });
      const following: Following = { tail, tailRuns: watchConnectionRuns(tail), handler, signal };
      let cause: ScanCause = 'start';
      try {
        while (!signal.aborted) {
          await redisReady(commands, signal);
          await redisReady(tail, signal);
          cause = await runSession(following, cause);
          if (cause === 'fault') await delay(RETRY_MS, undefined, { signal, ref: false });
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        // No QUIT: it would wait behind the reading of the feed.
        tail.disconnect();
      }
    },
    remove: async (watchId) => {
      await commands.del(recordName.watch(watchId)).catch((error: unknown) => {
        reportRefusal(error);
        throw new RegistryUnavailable('unreachable');
      });
    },
    [Symbol.asyncDispose]: async () => {
      disposed.abort();
      await closeRedis(commands);
    },
  };
}
