import { type Ledger, silentLedger } from '@push/ledger';
import { type Clock, createMetrics, systemClock } from '@push/ops';
import type { UnixSeconds } from '@push/protocol';
import { type RedisSettings, redisSettings } from '@push/redis';
import { type KeyRing, type LiveKeyRing, xWingSecretKey } from '@push/sealing';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RedisUser } from '../../../tools/redis-acl.ts';
import {
  createDeviceSource,
  createRegistryWriter,
  createWatchSource,
  type RedisDeviceSource,
  type RedisRegistryWriter,
  type RedisWatchSource,
} from '../src/index.ts';

export interface Keys {
  readonly index: LiveKeyRing & { current: KeyRing };
  readonly watchSeed: Uint8Array;
  readonly deviceSeed: Uint8Array;
}

export function ringOf(...keys: Uint8Array[]): LiveKeyRing & { current: KeyRing } {
  return { current: keys.map((key, i) => ({ createdAt: (1_000 - i) as UnixSeconds, key })) as unknown as KeyRing };
}

export function freshKeys(): Keys {
  return { index: ringOf(randomBytes(32)), watchSeed: randomBytes(32), deviceSeed: randomBytes(32) };
}

interface Options {
  readonly keys: Keys;
  readonly clock?: Clock;
  readonly ledger?: Ledger;
  /** Another port than the server's: a proxy in front of it. */
  readonly port?: number;
  readonly onUp?: (isUp: boolean) => void;
}

/** A server or a cluster. */
interface Reachable {
  urlFor(user: RedisUser): string;
}

function settingsFor(server: Reachable, user: RedisUser, port?: number): RedisSettings {
  const url = server.urlFor(user);
  return redisSettings({ REDIS_URL: port === undefined ? url : url.replace(/\d+$/, String(port)) });
}

/** Resolves with what `create` makes once its connection is usable. */
async function whenUp<T>(
  create: (onUp: (isUp: boolean) => void) => T,
  listener: (isUp: boolean) => void = () => {},
): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const created = create((isUp) => {
    listener(isUp);
    if (isUp) resolve();
  });
  await promise;
  return created;
}

/** The adapters of one deployment, each with the Redis user of its app. */
export function openWriter(server: Reachable, options: Options): Promise<RedisRegistryWriter> {
  const { keys, clock = systemClock, ledger = silentLedger, port, onUp: listener } = options;
  const recipient = (seed: Uint8Array): LiveKeyRing => ringOf(xWingSecretKey(seed).publicKey.bytes);
  const rings = { index: keys.index, watch: recipient(keys.watchSeed), device: recipient(keys.deviceSeed) };
  const settings = settingsFor(server, 'relay', port);
  return whenUp(
    (onUp) => createRegistryWriter({ settings, ledger, metrics: createMetrics(), clock, rings, onUp }),
    listener,
  );
}

export function openWatches(server: Reachable, { keys, ledger = silentLedger }: Options): Promise<RedisWatchSource> {
  const settings = settingsFor(server, 'watcher');
  const secrets = ringOf(keys.watchSeed);
  return whenUp((onUp) => createWatchSource({ settings, ledger, metrics: createMetrics(), secrets, onUp }));
}

export function openDevices(server: Reachable, { keys, clock = systemClock }: Options): Promise<RedisDeviceSource> {
  const settings = settingsFor(server, 'dispatcher');
  const secrets = ringOf(keys.deviceSeed);
  return whenUp((onUp) =>
    createDeviceSource({ settings, ledger: silentLedger, metrics: createMetrics(), clock, secrets, onUp }),
  );
}

/** A connection of the operator, who may see everything. */
export async function openOperator(server: Reachable): Promise<Redis & AsyncDisposable> {
  const connection = new Redis(server.urlFor('operator'), { replyMapping: 'legacy' });
  connection.on('error', () => {});
  await once(connection, 'ready');
  return Object.assign(connection, {
    [Symbol.asyncDispose]: async () => {
      connection.disconnect();
    },
  });
}
