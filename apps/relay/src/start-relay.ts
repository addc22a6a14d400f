import type { AddressInfo } from 'node:net';
import { createLedger, type Ledger } from '@push/ledger';
import { createHttpApplication } from '@push/nest-kit';
import {
  type Clock,
  createLane,
  createMetrics,
  type Metrics,
  Readiness,
  startAdminServer,
  systemClock,
} from '@push/ops';
import type { RegistryWriter } from '@push/registry';
import { createRegistryWriter, watchKeyRing } from '@push/registry-redis';
import type { KeyPurpose } from '@push/sealing';
import type { RelayConfig } from './config.ts';
import { outliveFailedAccepts } from './http/failed-accepts.ts';
import { FailureFilter } from './http/failure.filter.ts';
import { createPublicAdapter } from './http/public-adapter.ts';
import { createAdmissions } from './load/admissions.ts';
import { createGate } from './load/gate.ts';
import { createTurns } from './load/turns.ts';
import { onionKeysOf, publishedKey } from './onion/onion-keys.ts';
import { createPublicDoor } from './public-door.ts';
import { createRegistrar } from './registration/registrar.ts';
import { RelayModule } from './relay.module.ts';

export interface RelayOptions {
  readonly ledger?: Ledger;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** Takes the place of Redis. */
  readonly registry?: RegistryWriter;
}

/** A running relay. Disposing accepts nobody new, answers the requests that are there, and closes. */
export interface RelayHandle extends AsyncDisposable {
  readonly port: number;
  readonly adminPort: number;
}

/** Calls of the registry under way at once, over all requests, and how long each may take. */
const REGISTRY_CALLS = { maxConcurrent: 256, timeLimitMs: 6_000 };

/** Share of the time for shutting down after which connections that are still busy are cut. */
const DRAIN_SHARE = 0.7;

/** Comes up without Redis; `/readyz` says when registrations can be stored. */
export async function startRelay(config: RelayConfig, options: RelayOptions = {}): Promise<RelayHandle> {
  const { ledger = createLedger({ process: 'relay', level: config.logLevel }) } = options;
  const { metrics = createMetrics(), clock = systemClock } = options;
  await using starting = new AsyncDisposableStack();

  const readiness = new Readiness(options.registry === undefined ? ['redis'] : []);
  const admin = starting.use(await startAdminServer({ ...config.admin, readiness, metrics }));
  ledger.record('admin.listening', { port: admin.port });
  const onUp = (isUp: boolean): void => {
    readiness.set('redis', isUp);
    metrics.set('push_redis_up', {}, isUp ? 1 : 0);
  };

  const openRegistry = (): RegistryWriter => {
    const ringOf = (purpose: KeyPurpose, file: RelayConfig['keys']['index']) =>
      starting.use(watchKeyRing({ file, purpose, ledger }));
    const rings = {
      index: ringOf('index', config.keys.index),
      watch: ringOf('watch-public', config.keys.watchPublic),
      device: ringOf('device-public', config.keys.devicePublic),
    };
    return starting.use(createRegistryWriter({ settings: config.redis, ledger, metrics, clock, rings, onUp }));
  };
  const registry = options.registry ?? openRegistry();
  const lane = starting.use(createLane(REGISTRY_CALLS));
  const onionRing = starting.use(watchKeyRing({ file: config.keys.onionSecret, purpose: 'onion', ledger }));
  const onionKeys = onionKeysOf(onionRing);
  const turns = createTurns();
  const gate = createGate({ limit: config.limits.underWay, ledger });
  const admissions = createAdmissions(config.limits.perSignature);
  const offered = new Set(config.services);
  const registrar = createRegistrar({ registry, offered, lane, gate, turns, admissions, clock, ledger, metrics });
  const door = createPublicDoor({ registrar, services: config.services, onionKeys, metrics });

  const adapter = createPublicAdapter(metrics);
  const app = await createHttpApplication(RelayModule.of({ door, turns, ledger, metrics }), adapter);
  app.useGlobalFilters(app.get(FailureFilter));
  starting.defer(async () => {
    const cut = setTimeout(() => {
      ledger.record('relay.cut', {});
      adapter.getHttpServer().closeAllConnections();
    }, config.shutdownTimeoutMs * DRAIN_SHARE);
    await app.close().finally(() => clearTimeout(cut));
  });
  await app.listen(config.http.port, config.http.host);
  outliveFailedAccepts(adapter.getHttpServer(), { ledger, metrics, clock });
  const { port } = adapter.getHttpServer().address() as AddressInfo;
  ledger.record('relay.listening', { port });
  ledger.record('relay.onion', {
    key: publishedKey(onionKeys),
    url: config.publicUrl ?? listenerUrl(config.http.host, port),
  });
  if (config.publicUrl === null) ledger.record('relay.unnamed', {});

  const running = starting.move();
  return { port, adminPort: admin.port, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** `null` where it listens on every address there is. */
function listenerUrl(host: string, port: number): string | null {
  if (host === '0.0.0.0' || host === '::') return null;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
