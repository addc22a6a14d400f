import { setTimeout as wait } from 'node:timers/promises';
import { createOxendDirectory } from '@push/directory-oxend';
import { createLedger, type Ledger } from '@push/ledger';
import { createOxenmqLinks } from '@push/link-oxenmq';
import { createContext } from '@push/nest-kit';
import { type Clock, createMetrics, type Metrics, Readiness, startAdminServer, systemClock } from '@push/ops';
import { closeRedis, connectRedis, reportUnfitServer } from '@push/redis';
import { createWatchSource, KeyRingUnusable, readKeyRing, watchKeyRing } from '@push/registry-redis';
import type { BullmqWakeupQueue } from '@push/wakeups-bullmq';
import { SwarmCoverage } from '@push/watch';
import { CoverageReport } from './coverage-report.ts';
import { keepRunning } from './keep-running.ts';
import { DirectoryPoll } from './network/directory-poll.ts';
import { NodeSessions } from './network/node-sessions.ts';
import { RegistryFollower } from './registry/registry-follower.ts';
import { dropExpiredHourly } from './wakeups/drop-expired.ts';
import { WakeupLine } from './wakeups/wakeup-line.ts';
import type { WatcherConfig } from './watcher-config.ts';
import { WAKEUP_QUEUE } from './watcher-services.ts';
import { WatcherModule } from './watcher.module.ts';

export interface WatcherOptions {
  readonly ledger?: Ledger;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
}

/** A running watcher. Disposing hears no more reports, queues the wakeups it owes, and closes. */
export interface WatcherHandle extends AsyncDisposable {
  readonly adminPort: number;
}

/** Share of the time for shutting down that is left for wakeups that are owed; the rest is for closing. */
const DRAIN_SHARE = 0.6;
const CLOSE_LIMIT_MS = 1_000;

/** Comes up without Redis, oxend or storage nodes; `/readyz` says when everything registered is watched. */
export async function startWatcher(config: WatcherConfig, options: WatcherOptions = {}): Promise<WatcherHandle> {
  const { ledger = createLedger({ process: 'swarm-watcher', level: config.logLevel }) } = options;
  const { metrics = createMetrics(), clock = systemClock } = options;
  const { redis, oxend } = config;
  await using starting = new AsyncDisposableStack();

  const readiness = new Readiness(['redis', 'directory', 'registry', 'coverage']);
  const admin = starting.use(await startAdminServer({ ...config.admin, readiness, metrics }));
  ledger.record('admin.listening', { port: admin.port });

  const up = { resume: (): void => {} };
  const onUp = (isUp: boolean): void => {
    readiness.set('redis', isUp);
    metrics.set('push_redis_up', {}, isUp ? 1 : 0);
    if (isUp) up.resume();
  };
  const requests = connectRedis({ settings: redis, use: 'request', ledger, onUp });
  starting.defer(() => closeRedis(requests));
  reportUnfitServer(requests, ledger);
  const secrets = starting.use(watchKeyRing({ file: config.secrets, purpose: 'watch-secret', ledger }));
  const source = starting.use(createWatchSource({ settings: redis, secrets, ledger, metrics }));
  const links = starting.use(createOxenmqLinks({ secret: newestSecret(config), ledger }));
  const directory = createOxendDirectory({ urls: oxend.urls, ca: oxend.ca?.read() ?? null });
  const coverage = new SwarmCoverage(Math.random);

  const services = { coverage, source, directory, links, clock, ledger, metrics, readiness };
  const context = await createContext(WatcherModule.of(services, requests));
  // BullMQ waits for a Redis that may never have been there.
  starting.defer(() =>
    Promise.race([context.close(), wait(CLOSE_LIMIT_MS, undefined, { ref: false })]).catch(() => {}),
  );
  starting.use(dropExpiredHourly(context.get<BullmqWakeupQueue>(WAKEUP_QUEUE)));
  const line = context.get(WakeupLine);
  up.resume = () => line.resume();
  starting.defer(() => line.close(config.shutdownTimeoutMs * DRAIN_SHARE));
  const sessions = context.get(NodeSessions);
  starting.defer(() => sessions.close());

  const stop = new AbortController();
  const { signal } = stop;
  const following = Promise.all([
    keepRunning(() => context.get(RegistryFollower).run(signal), signal, ledger),
    keepRunning(() => context.get(DirectoryPoll).run(oxend.pollMs, signal), signal, ledger),
  ]);
  const report = context.get(CoverageReport);
  report.start();
  starting.defer(async () => {
    report.stop();
    stop.abort();
    await following;
  });

  const running = starting.move();
  return { adminPort: admin.port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function newestSecret({ omqSecrets }: WatcherConfig): Uint8Array {
  const result = readKeyRing(omqSecrets, 'omq');
  if (!result.ok) throw new KeyRingUnusable();
  return result.ring[0].key;
}
