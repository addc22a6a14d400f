import { hkdfSync } from 'node:crypto';
import { createLedger, type Ledger } from '@push/ledger';
import { createContext } from '@push/nest-kit';
import { type Clock, createMetrics, type Metrics, Readiness, startAdminServer, systemClock } from '@push/ops';
import type { PushTransport } from '@push/dispatch';
import type { Service } from '@push/protocol';
import { closeRedis, connectRedis, reportUnfitServer } from '@push/redis';
import { createDeviceSource, watchKeyRing } from '@push/registry-redis';
import type { LiveKeyRing } from '@push/sealing';
import type { Queue } from 'bullmq';
import type { DispatcherConfig } from './config/dispatcher-config.ts';
import { within } from './delivery/within.ts';
import { type WakeupProcessor, workerReadiness } from './delivery/wakeup.processor.ts';
import { DispatcherModule, PROCESSORS, QUEUES } from './dispatcher.module.ts';
import { reportQueueDepth } from './queue-depth.ts';
import { createTransport } from './transports.ts';

export interface DispatcherOptions {
  readonly ledger?: Ledger;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** Take the place of the real providers, for the services they name. The dispatcher disposes of them in the end. */
  readonly transports?: readonly PushTransport[];
}

/** A running dispatcher. Disposing takes no more wakeups, finishes those in flight, gives the rest back, and closes. */
export interface DispatcherHandle extends AsyncDisposable {
  readonly adminPort: number;
}

const QUEUE_DEPTH_INTERVAL_MS = 5_000;

/** Share of the time for shutting down that is left for wakeups in flight; the rest is for closing. */
const DRAIN_SHARE = 0.7;
const CLOSE_LIMIT_MS = 1_000;

/** Comes up without Redis or a provider; `/readyz` says when it delivers. */
export async function startDispatcher(
  config: DispatcherConfig,
  options: DispatcherOptions = {},
): Promise<DispatcherHandle> {
  const { ledger = createLedger({ process: 'dispatcher', level: config.logLevel }) } = options;
  const { metrics = createMetrics(), clock = systemClock } = options;
  const { redis } = config;
  const services = config.providers.map(({ service }) => service);
  await using starting = new AsyncDisposableStack();

  const readiness = new Readiness(['redis', ...services.map(workerReadiness)]);
  const admin = starting.use(await startAdminServer({ ...config.admin, readiness, metrics }));
  ledger.record('admin.listening', { port: admin.port });

  const onUp = (isUp: boolean): void => {
    readiness.set('redis', isUp);
    metrics.set('push_redis_up', {}, isUp ? 1 : 0);
  };
  const requests = connectRedis({ settings: redis, use: 'request', ledger, onUp });
  starting.defer(() => closeRedis(requests));
  reportUnfitServer(requests, ledger);
  const blocking = connectRedis({ settings: redis, use: 'blocking', ledger });
  starting.defer(() => closeRedis(blocking));

  const secrets = starting.use(watchKeyRing({ file: config.secrets, purpose: 'device-secret', ledger }));
  const devices = starting.use(createDeviceSource({ settings: redis, secrets, clock, ledger, metrics }));
  const transports = new Map<Service, PushTransport>();
  for (const provider of config.providers) {
    const given = options.transports?.find(({ service }) => service === provider.service);
    const transport = given ?? createTransport(provider, { maxConcurrent: config.concurrency, clock });
    transports.set(provider.service, transport);
    starting.defer(async () => void (await within(transport[Symbol.asyncDispose](), CLOSE_LIMIT_MS)));
  }

  const delivery = { devices, transports, uuidKey: uuidKeyOf(secrets), clock, ledger, metrics, readiness };
  const { concurrency } = config;
  const context = await createContext(DispatcherModule.of({ delivery, concurrency, requests, blocking }));
  starting.defer(async () => void (await within(context.close(), CLOSE_LIMIT_MS)));
  const queues = context.get<ReadonlyMap<Service, Queue>>(QUEUES);
  starting.use(reportQueueDepth({ queues, metrics, intervalMs: QUEUE_DEPTH_INTERVAL_MS }));
  const processors = context.get<readonly WakeupProcessor[]>(PROCESSORS);
  starting.defer(async () => {
    const limitMs = config.shutdownTimeoutMs * DRAIN_SHARE;
    await Promise.all(processors.map((processor) => processor.drain(limitMs)));
  });

  const running = starting.move();
  return { adminPort: admin.port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * The key that names wakeups towards providers, derived from the newest device key: all dispatchers of a deployment have
 * it without talk, and nobody else.
 */
function uuidKeyOf(secrets: LiveKeyRing): () => Uint8Array {
  let made: { readonly from: Uint8Array; readonly key: Uint8Array } | null = null;
  return () => {
    const from = secrets.current[0].key;
    if (made?.from !== from) {
      made = { from, key: new Uint8Array(hkdfSync('sha256', from, '', 'session push relay: wakeup names', 32)) };
    }
    return made.key;
  };
}
