import type { Level } from '@push/ledger';
import { type ConfigFile, type ConfigResult, type Environment, env, readEnvironment } from '@push/ops';
import { type Service, SERVICES } from '@push/protocol';
import { type RedisSettings, redisSettings, redisVariables } from '@push/redis';
import { readKeyRing, ringFile } from '@push/registry-redis';
import { z } from 'zod';
import type { AdmissionLimits } from './load/admissions.ts';

export interface RelayConfig {
  /** Where clients come in. */
  readonly http: { readonly host: string; readonly port: number };
  /** Where clients and storage nodes reach this relay, for the log; null: where it listens. */
  readonly publicUrl: string | null;
  readonly admin: { readonly host: string; readonly port: number };
  /** Services that are offered; registrations for others get error 2. */
  readonly services: readonly Service[];
  readonly redis: RedisSettings;
  /** Rings of keys. The relay holds no key that opens a record. */
  readonly keys: {
    readonly index: ConfigFile;
    readonly watchPublic: ConfigFile;
    readonly devicePublic: ConfigFile;
    readonly onionSecret: ConfigFile;
  };
  readonly limits: {
    /** Registrations in the registry at once; more requests are answered 503. */
    readonly underWay: number;
    /** For each account and signature time, in an hour or two. */
    readonly perSignature: AdmissionLimits;
  };
  readonly logLevel: Level | 'silent';
  readonly shutdownTimeoutMs: number;
}

const plainVariables = z.object({
  ...redisVariables,
  RELAY_HOST: env.host('0.0.0.0'),
  RELAY_PORT: env.port(3000),
  RELAY_PUBLIC_URL: env.origin('http:', 'https:').optional(),
  RELAY_ADMIN_HOST: env.host('127.0.0.1'),
  RELAY_ADMIN_PORT: env.port(9101),
  RELAY_SERVICES: env.listOf(SERVICES),
  RELAY_INDEX_KEY_FILE: ringFile('index'),
  RELAY_WATCH_PUBLIC_FILE: ringFile('watch-public'),
  RELAY_DEVICE_PUBLIC_FILE: ringFile('device-public'),
  RELAY_ONION_SECRET_FILE: ringFile('onion'),
  RELAY_MAX_UNDER_WAY: env.count(4_000, { least: 1 }),
  RELAY_NEW_PER_SIGNATURE: env.count(50, { least: 1 }),
  RELAY_REQUESTS_PER_SIGNATURE: env.count(1_000, { least: 1 }),
  LOG_LEVEL: env.logLevel(),
  SHUTDOWN_TIMEOUT_MS: env.milliseconds(10_000),
});

/** Records for the watcher that the dispatcher can open, or the reverse, ring nobody and part nothing. */
const variables = plainVariables.refine(
  (value) => !shareKey(value.RELAY_WATCH_PUBLIC_FILE, value.RELAY_DEVICE_PUBLIC_FILE),
  { path: ['RELAY_DEVICE_PUBLIC_FILE'], message: 'names a key file that holds a key of RELAY_WATCH_PUBLIC_FILE' },
);

function shareKey(watchPublic: ConfigFile, devicePublic: ConfigFile): boolean {
  const [watch, device] = [readKeyRing(watchPublic, 'watch-public'), readKeyRing(devicePublic, 'device-public')];
  if (!watch.ok || !device.ok) return false;
  return watch.ring.some(({ key }) => device.ring.some((other) => Buffer.compare(other.key, key) === 0));
}

/** All problems at once. */
export function readRelayConfig(environment: Environment): ConfigResult<RelayConfig> {
  const result = readEnvironment(variables, environment);
  if (!result.ok) return result;
  const { value } = result;
  return {
    ok: true,
    value: {
      http: { host: value.RELAY_HOST, port: value.RELAY_PORT },
      publicUrl: value.RELAY_PUBLIC_URL === undefined ? null : new URL(value.RELAY_PUBLIC_URL).origin,
      admin: { host: value.RELAY_ADMIN_HOST, port: value.RELAY_ADMIN_PORT },
      services: value.RELAY_SERVICES,
      redis: redisSettings(value),
      keys: {
        index: value.RELAY_INDEX_KEY_FILE,
        watchPublic: value.RELAY_WATCH_PUBLIC_FILE,
        devicePublic: value.RELAY_DEVICE_PUBLIC_FILE,
        onionSecret: value.RELAY_ONION_SECRET_FILE,
      },
      limits: {
        underWay: value.RELAY_MAX_UNDER_WAY,
        perSignature: {
          newRegistrations: value.RELAY_NEW_PER_SIGNATURE,
          requests: value.RELAY_REQUESTS_PER_SIGNATURE,
        },
      },
      logLevel: value.LOG_LEVEL,
      shutdownTimeoutMs: value.SHUTDOWN_TIMEOUT_MS,
    },
  };
}
