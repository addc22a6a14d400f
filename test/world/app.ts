import { join } from 'node:path';
import type { RedisServer } from '../../tools/redis-server.ts';
import type { ServiceProcess } from './service-process.ts';

export type AppName = 'relay' | 'swarm-watcher' | 'dispatcher';

/** One app as a process of its own. */
export interface App {
  readonly process: ServiceProcess;
  /** `http://127.0.0.1:port` of health and metrics. */
  readonly adminUrl: string;
}

/** An app that is ready. `relayUrl` is where clients come in, of a relay. */
export interface StartedApp extends App {
  readonly relayUrl: string | null;
}

/** What a push stub says when it is ready. */
export interface PushAddress {
  readonly controlUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where an app's own secrets are, as `provision` made them, and the Redis it shares with the others. */
export interface Foundation {
  readonly secrets: string;
  readonly redis: RedisServer;
}

type Environment = Record<string, string>;
const SERVICES = 'apns,firebase';

export function relayEnvironment(foundation: Foundation): Environment {
  const secret = secretOf(foundation, 'relay');
  return {
    ...redisLogin(foundation, 'relay'),
    RELAY_HOST: '127.0.0.1',
    RELAY_PORT: '0',
    RELAY_ADMIN_PORT: '0',
    RELAY_SERVICES: SERVICES,
    RELAY_ONION_SECRET_FILE: secret('onion.key'),
    RELAY_INDEX_KEY_FILE: secret('index.key'),
    RELAY_WATCH_PUBLIC_FILE: secret('watch.pub'),
    RELAY_DEVICE_PUBLIC_FILE: secret('device.pub'),
  };
}

export function watcherEnvironment(foundation: Foundation, oxendUrl: string): Environment {
  const secret = secretOf(foundation, 'watcher');
  return {
    ...redisLogin(foundation, 'watcher'),
    WATCHER_ADMIN_PORT: '0',
    WATCHER_OXEND_URL: oxendUrl,
    WATCHER_SECRET_FILE: secret('watch.key'),
    WATCHER_OMQ_SECRET_FILE: secret('omq.key'),
  };
}

export function dispatcherEnvironment(foundation: Foundation, push: readonly PushAddress[]): Environment {
  return {
    ...redisLogin(foundation, 'dispatcher'),
    DISPATCHER_ADMIN_PORT: '0',
    DISPATCHER_SERVICES: SERVICES,
    DISPATCHER_SECRET_FILE: secretOf(foundation, 'dispatcher')('device.key'),
    ...Object.assign({}, ...push.map(({ environment }) => environment)),
  };
}

type SecretFolder = 'relay' | 'watcher' | 'dispatcher';

const secretOf =
  ({ secrets }: Foundation, folder: SecretFolder) =>
  (file: string): string =>
    join(secrets, folder, file);

const redisLogin = (foundation: Foundation, user: SecretFolder): Environment => ({
  REDIS_URL: `redis://127.0.0.1:${foundation.redis.port}`,
  REDIS_USERNAME: user,
  REDIS_PASSWORD_FILE: secretOf(foundation, user)('redis.password'),
});

/** The built program of an app, to be run with its environment. */
export function appCommand(name: AppName): readonly [string] {
  return [`apps/${name}/dist/main.js`];
}

/** Waits until a process that was just started is the app that its name says, and ready. */
export async function untilReady(process: ServiceProcess): Promise<StartedApp> {
  const adminUrl = `http://127.0.0.1:${await portIn(process, 'admin.listening')}`;
  const isRelay = process.name === ('relay' satisfies AppName);
  const relayUrl = isRelay ? `http://127.0.0.1:${await portIn(process, 'relay.listening')}` : null;
  const deadline = performance.now() + 20_000;
  let missing = 'everything';
  while (performance.now() < deadline && !process.hasEnded) {
    // `/readyz` has no event to wait for.
    const response = await fetch(`${adminUrl}/readyz`).catch(() => null);
    if (response?.status === 200) return { process, adminUrl, relayUrl };
    missing = (await response?.text()) ?? missing;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${process.name} did not become ready: ${missing}\n${process.output.slice(-2_000)}`);
}

function portIn(process: ServiceProcess, event: string): Promise<number> {
  return process.line((line) => {
    if (!line.includes(`"${event}"`)) return null;
    const { port } = JSON.parse(line) as { readonly port?: number };
    return port ?? null;
  });
}

/** One counter or gauge of an app, summed over its labels that match; 0 when it is absent. */
export async function metricOf(
  app: Pick<App, 'adminUrl'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${app.adminUrl}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
