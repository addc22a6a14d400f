import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryTransport, type MemoryTransport } from '@push/dispatch';
import { createLedger, silentLedger } from '@push/ledger';
import { createMetrics, type Environment, type METRICS, type Metrics, systemClock } from '@push/ops';
import type { DeviceId, DeviceToken, Service, UnixSeconds } from '@push/protocol';
import { redisSettings } from '@push/redis';
import { deriveIds, indexKeys } from '@push/registry';
import { createRegistryWriter, type RedisRegistryWriter } from '@push/registry-redis';
import { formatKeyRing, type LiveKeyRing, xWingSecretKey } from '@push/sealing';
import type { Wakeup } from '@push/wakeups';
import { sampleRegistration } from '../../../libs/registry/test/samples.ts';
import { openQueueWorld, type QueueWorld } from '../../../libs/wakeups-bullmq/test/queue-world.ts';
import { type DispatcherHandle, readDispatcherConfig, startDispatcher } from '../src/index.ts';

export interface RunningDispatcher extends DispatcherHandle {
  readonly apns: MemoryTransport;
  readonly metrics: Metrics;
  /** All it logged, line by line. */
  readonly log: readonly string[];
}

/** Redis, the relay's and the watcher's ends of it, and as many dispatchers as a test starts. */
export interface DispatcherWorld extends AsyncDisposable {
  readonly queues: QueueWorld;
  readonly environment: Environment;
  readonly start: (changes?: Environment) => Promise<RunningDispatcher>;
  /** Registers the device called `name` as a relay does. */
  readonly register: (name: string, service?: Service) => Promise<DeviceId>;
  readonly wake: (deviceId: DeviceId, changes?: Partial<Wakeup>) => Promise<void>;
}

export function tokenOf(name: string): DeviceToken {
  return sampleRegistration({ token: name }).token;
}

export async function openDispatcherWorld(): Promise<DispatcherWorld> {
  const queues = await openQueueWorld();
  const dir = mkdtempSync(join(tmpdir(), 'push-dispatcher-'));
  const seed = new Uint8Array(randomBytes(32));
  const index = new Uint8Array(randomBytes(32));
  const environment = writeConfiguration(dir, queues, seed);
  const writer = openRelayEnd(queues, seed, index);
  const running: DispatcherHandle[] = [];

  return {
    queues,
    environment,
    start: async (changes = {}) => {
      const read = readDispatcherConfig({ ...environment, ...changes });
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      const log: string[] = [];
      const ledger = createLedger({ process: 'dispatcher', level: 'debug', write: (line) => log.push(line) });
      const metrics = createMetrics();
      const apns = createMemoryTransport('apns');
      const handle = await startDispatcher(read.value, { ledger, metrics, transports: [apns] });
      running.push(handle);
      return { ...handle, apns, metrics, log, [Symbol.asyncDispose]: () => handle[Symbol.asyncDispose]() };
    },
    register: async (name, service = 'apns') => {
      const registration = sampleRegistration({
        account: name,
        token: name,
        service,
        signedAt: Math.floor(Date.now() / 1_000),
      });
      // Refused while the relay's end is still connecting; repeating is safe.
      await eventually(() =>
        writer.subscribe(registration).then(
          () => true,
          () => false,
        ),
      );
      return deriveIds(indexKeys(index), service, registration.request.account, registration.token).deviceId;
    },
    wake: async (deviceId, changes = {}) => {
      const minute = Math.floor(Date.now() / 60_000);
      await queues.queue.add({ service: 'apns', deviceId, urgency: 'urgent', minute, delayMs: 0, ...changes });
    },
    [Symbol.asyncDispose]: async () => {
      for (const handle of running) await handle[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
      await queues[Symbol.asyncDispose]();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function openRelayEnd({ server }: QueueWorld, deviceSeed: Uint8Array, indexKey: Uint8Array): RedisRegistryWriter {
  const createdAt = 1 as UnixSeconds;
  const ring = (key: Uint8Array): LiveKeyRing => ({ current: [{ createdAt, key }] });
  const publicHalf = (seed: Uint8Array): Uint8Array => xWingSecretKey(seed).publicKey.bytes;
  return createRegistryWriter({
    settings: redisSettings({ REDIS_URL: server.urlFor('relay') }),
    ledger: silentLedger,
    metrics: createMetrics(),
    clock: systemClock,
    rings: {
      index: ring(indexKey),
      watch: ring(publicHalf(new Uint8Array(32))),
      device: ring(publicHalf(deviceSeed)),
    },
  });
}

function writeConfiguration(dir: string, { server }: QueueWorld, deviceSeed: Uint8Array): Environment {
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    REDIS_URL: server.urlFor('dispatcher'),
    DISPATCHER_SERVICES: 'apns',
    DISPATCHER_SECRET_FILE: file('device.key', formatKeyRing([{ createdAt: 1 as UnixSeconds, key: deviceSeed }])),
    DISPATCHER_ADMIN_PORT: '0',
    APNS_KEY_FILE: file('apns.p8', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    APNS_KEY_ID: 'ABCDEFGHIJ',
    APNS_TEAM_ID: 'KLMNOPQRST',
    APNS_TOPIC: 'org.example.app',
    SHUTDOWN_TIMEOUT_MS: '3000',
  };
}

/** Resolves once `condition` holds; rejects when it does not within `withinMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('what was awaited did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

type Outcome = (typeof METRICS)['push_wakeups_total']['labels']['outcome'][number];

export function counted({ metrics }: RunningDispatcher, outcome: Outcome): Promise<number> {
  return metrics.read('push_wakeups_total', { service: 'apns', outcome });
}
