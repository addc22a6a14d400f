import type { Level } from '@push/ledger';
import {
  type ConfigFile,
  type ConfigProblem,
  type ConfigResult,
  type Environment,
  env,
  readEnvironment,
} from '@push/ops';
import { type Service, SERVICES } from '@push/protocol';
import { type RedisSettings, redisSettings, redisVariables } from '@push/redis';
import { ringFile } from '@push/registry-redis';
import { z } from 'zod';
import { readApnsConfig } from './apns-config.ts';
import { readFcmConfig } from './fcm-config.ts';
import type { ProviderConfig } from './provider-config.ts';

export interface DispatcherConfig {
  /** Whose queues are served, each with its credentials. */
  readonly providers: readonly ProviderConfig[];
  readonly redis: RedisSettings;
  /** Ring of the secret seeds that open device records. */
  readonly secrets: ConfigFile;
  /** Wakeups in flight at once, for each service. */
  readonly concurrency: number;
  readonly admin: { readonly host: string; readonly port: number };
  readonly logLevel: Level | 'silent';
  readonly shutdownTimeoutMs: number;
}

const services = { DISPATCHER_SERVICES: env.listOf(SERVICES) };

const variables = z.object({
  ...redisVariables,
  ...services,
  DISPATCHER_SECRET_FILE: ringFile('device-secret'),
  DISPATCHER_CONCURRENCY: env.count(64, { least: 1, most: 4_096 }),
  DISPATCHER_ADMIN_HOST: env.host('127.0.0.1'),
  DISPATCHER_ADMIN_PORT: env.port(9103),
  LOG_LEVEL: env.logLevel(),
  SHUTDOWN_TIMEOUT_MS: env.milliseconds(10_000),
});

/** All problems at once, those of the credentials of every listed service included. */
export function readDispatcherConfig(environment: Environment): ConfigResult<DispatcherConfig> {
  const common = readEnvironment(variables, environment);
  const listed = readEnvironment(z.object(services), environment);
  const read = listed.ok ? listed.value.DISPATCHER_SERVICES.map((service) => readProvider(service, environment)) : [];
  const problems: readonly ConfigProblem[] = [common, ...read].flatMap((result) => (result.ok ? [] : result.problems));
  if (!common.ok || problems.length > 0) return { ok: false, problems };
  const { value } = common;
  return {
    ok: true,
    value: {
      providers: read.flatMap((result) => (result.ok ? [result.value] : [])),
      redis: redisSettings(value),
      secrets: value.DISPATCHER_SECRET_FILE,
      concurrency: value.DISPATCHER_CONCURRENCY,
      admin: { host: value.DISPATCHER_ADMIN_HOST, port: value.DISPATCHER_ADMIN_PORT },
      logLevel: value.LOG_LEVEL,
      shutdownTimeoutMs: value.SHUTDOWN_TIMEOUT_MS,
    },
  };
}

function readProvider(service: Service, environment: Environment): ConfigResult<ProviderConfig> {
  switch (service) {
    case 'apns':
    case 'apns-sandbox':
      return readApnsConfig(service, environment);
    case 'firebase':
      return readFcmConfig(environment);
    case 'huawei':
      return {
        ok: false,
        problems: [{ variable: 'DISPATCHER_SERVICES', problem: 'lists huawei, which this version cannot deliver to' }],
      };
  }
}
