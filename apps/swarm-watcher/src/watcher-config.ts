import type { Level } from '@push/ledger';
import { type ConfigFile, type ConfigResult, type Environment, env, readEnvironment } from '@push/ops';
import { type RedisSettings, redisSettings, redisVariables } from '@push/redis';
import { ringFile } from '@push/registry-redis';
import { z } from 'zod';

export interface WatcherConfig {
  readonly redis: RedisSettings;
  /** Ring of the secret seeds that open watch records. */
  readonly secrets: ConfigFile;
  /** Ring of secrets from which our identities towards storage nodes are derived; the newest is used. */
  readonly omqSecrets: ConfigFile;
  readonly oxend: {
    /** JSON-RPC URLs in order of preference; at least one. */
    readonly urls: readonly URL[];
    /** Authorities to trust instead of the usual ones. */
    readonly ca: ConfigFile | null;
    /** How often to ask whether the network has changed. */
    readonly pollMs: number;
  };
  readonly admin: { readonly host: string; readonly port: number };
  readonly logLevel: Level | 'silent';
  readonly shutdownTimeoutMs: number;
}

const LEAST_POLL_MS = 50;

const variables = z.object({
  ...redisVariables,
  WATCHER_SECRET_FILE: ringFile('watch-secret'),
  WATCHER_OMQ_SECRET_FILE: ringFile('omq'),
  WATCHER_OXEND_URL: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .pipe(z.array(env.url('http:', 'https:')).min(1))
    .transform((urls) => urls.map((url) => new URL(url))),
  WATCHER_OXEND_CA_FILE: env.file().optional(),
  WATCHER_POLL_MS: env
    .milliseconds(10_000)
    .refine((ms) => ms >= LEAST_POLL_MS, `must be at least ${LEAST_POLL_MS} milliseconds`),
  WATCHER_ADMIN_HOST: env.host('127.0.0.1'),
  WATCHER_ADMIN_PORT: env.port(9102),
  LOG_LEVEL: env.logLevel(),
  SHUTDOWN_TIMEOUT_MS: env.milliseconds(10_000),
});

/** All problems at once. */
export function readWatcherConfig(environment: Environment): ConfigResult<WatcherConfig> {
  const read = readEnvironment(variables, environment);
  if (!read.ok) return read;
  const { value } = read;
  return {
    ok: true,
    value: {
      redis: redisSettings(value),
      secrets: value.WATCHER_SECRET_FILE,
      omqSecrets: value.WATCHER_OMQ_SECRET_FILE,
      oxend: {
        urls: value.WATCHER_OXEND_URL,
        ca: value.WATCHER_OXEND_CA_FILE ?? null,
        pollMs: value.WATCHER_POLL_MS,
      },
      admin: { host: value.WATCHER_ADMIN_HOST, port: value.WATCHER_ADMIN_PORT },
      logLevel: value.LOG_LEVEL,
      shutdownTimeoutMs: value.SHUTDOWN_TIMEOUT_MS,
    },
  };
}
