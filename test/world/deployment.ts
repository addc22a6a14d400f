import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision, provisionedPasswords } from '../../tools/provision.ts';
import { type RedisServer, startRedisServer } from '../../tools/redis-server.ts';
import { ServiceProcess } from './service-process.ts';

export type AppName = 'relay' | 'swarm-watcher' | 'dispatcher';

/** One app as a process of its own. */
export interface App {
  readonly process: ServiceProcess;
  /** `http://127.0.0.1:port` of health and metrics. */
  readonly adminUrl: string;
}

/** What the network stub says when it is ready. */
export interface NetworkAddress {
  readonly oxendUrl: string;
  readonly controlUrl: string;
  readonly nodes: readonly {
    readonly pubkeyEd25519: string;
    readonly swarm: string;
    readonly omqPort: number;
    readonly controlUrl: string;
  }[];
}

/** What a push stub says when it is ready. */
export interface PushAddress {
  readonly controlUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The whole flow in real processes: Redis, the stub network, both push stubs, and the three apps. */
export interface Deployment extends AsyncDisposable {
  readonly dir: string;
  readonly redis: RedisServer;
  readonly network: NetworkAddress;
  readonly apns: PushAddress;
  readonly fcm: PushAddress;
  readonly relayUrl: string;
  readonly apps: Readonly<Record<AppName, App>>;
  /** Every process, stubs included. */
  readonly processes: readonly ServiceProcess[];
  /** Another process of an app, beside those there are. */
  startApp(name: AppName): Promise<App & { readonly relayUrl: string | null }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DeploymentOptions {
  /** Default 3 swarms of 3 nodes. */
  readonly swarms?: number;
  readonly nodesPerSwarm?: number;
  /** Where everything is kept. A folder given is left alone at the end. */
  readonly dir?: string;
  /** Added to the environment of every app. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told of each step when it is done. */
  readonly progress?: (step: string) => void;
}

export async function startDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const progress = options.progress ?? (() => {});
  await using started = new AsyncDisposableStack();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'push-deployment-'));
  if (options.dir === undefined) started.defer(() => rmSync(dir, { recursive: true, force: true }));
  const processes: ServiceProcess[] = [];
  const run = (name: string, command: readonly [string, ...string[]], environment = {}): ServiceProcess => {
    const service = started.use(new ServiceProcess({ name, command, environment }));
    processes.push(service);
    return service;
  };

  const secrets = join(dir, 'secrets');
  provision(secrets);
  progress('keys and passwords, each in the folder of the one process that needs it');
  const passwords = provisionedPasswords(secrets);
  const redis = started.use(await startRedisServer({ appendOnly: true, dir: join(dir, 'redis'), passwords }));
  progress(`redis-server with its append-only file, on port ${redis.port}`);

  const providers = join(dir, 'providers');
  for (const provider of ['apns', 'fcm']) mkdirSync(join(providers, provider), { recursive: true });
  const size = ['--swarms', String(options.swarms ?? 3), '--nodes-per-swarm', String(options.nodesPerSwarm ?? 3)];
  const [network, apns, fcm] = await Promise.all([
    run('network', ['test/stubs/network/main.ts', ...size]).readyLine<NetworkAddress>(),
    run('apns', ['test/stubs/apns/main.ts', '--dir', join(providers, 'apns')]).readyLine<PushAddress>(),
    run('fcm', ['test/stubs/fcm/main.ts', '--dir', join(providers, 'fcm')]).readyLine<PushAddress>(),
  ]);
  progress(`stub network: an oxend, ${network.nodes.length} storage nodes, APNs, FCM`);

  const environmentOf = (name: AppName): Record<string, string> => ({
    ...appEnvironment(name, { secrets, redis, oxendUrl: network.oxendUrl, push: [apns, fcm] }),
    ...options.environment,
  });
  const startApp: Deployment['startApp'] = async (name) => {
    const service = run(name, [`apps/${name}/dist/main.js`], environmentOf(name));
    const adminPort = await portIn(service, 'admin.listening');
    const relayPort = name === 'relay' ? await portIn(service, 'relay.listening') : null;
    const adminUrl = `http://127.0.0.1:${adminPort}`;
    await untilReady(service, adminUrl);
    return { process: service, adminUrl, relayUrl: relayPort === null ? null : `http://127.0.0.1:${relayPort}` };
  };
  const [relay, watcher, dispatcher] = await Promise.all([
    startApp('relay'),
    startApp('swarm-watcher'),
    startApp('dispatcher'),
  ]);
  progress(
    `relay, swarm-watcher and dispatcher: processes ${[relay, watcher, dispatcher].map((a) => a.process.pid).join(', ')}`,
  );

  const resources = started.move();
  return {
    dir,
    redis,
    network,
    apns,
    fcm,
    relayUrl: relay.relayUrl ?? '',
    apps: { relay, 'swarm-watcher': watcher, dispatcher },
    processes,
    startApp,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

interface Surroundings {
  readonly secrets: string;
  readonly redis: RedisServer;
  readonly oxendUrl: string;
  readonly push: readonly PushAddress[];
}

const REDIS_USER = { relay: 'relay', 'swarm-watcher': 'watcher', dispatcher: 'dispatcher' } as const;
const SERVICES = 'apns,firebase';

/** The environment of one app: its own secrets, and no other's. */
function appEnvironment(name: AppName, { secrets, redis, oxendUrl, push }: Surroundings): Record<string, string> {
  const user = REDIS_USER[name];
  const secret = (file: string): string => join(secrets, user, file);
  const common = {
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    REDIS_USERNAME: user,
    REDIS_PASSWORD_FILE: secret('redis.password'),
  };
  switch (name) {
    case 'relay':
      return {
        ...common,
        RELAY_HOST: '127.0.0.1',
        RELAY_PORT: '0',
        RELAY_ADMIN_PORT: '0',
        RELAY_SERVICES: SERVICES,
        RELAY_ONION_SECRET_FILE: secret('onion.key'),
        RELAY_INDEX_KEY_FILE: secret('index.key'),
        RELAY_WATCH_PUBLIC_FILE: secret('watch.pub'),
        RELAY_DEVICE_PUBLIC_FILE: secret('device.pub'),
      };
    case 'swarm-watcher':
      return {
        ...common,
        WATCHER_ADMIN_PORT: '0',
        WATCHER_OXEND_URL: oxendUrl,
        WATCHER_SECRET_FILE: secret('watch.key'),
        WATCHER_OMQ_SECRET_FILE: secret('omq.key'),
      };
    case 'dispatcher':
      return {
        ...common,
        DISPATCHER_ADMIN_PORT: '0',
        DISPATCHER_SERVICES: SERVICES,
        DISPATCHER_SECRET_FILE: secret('device.key'),
        ...Object.assign({}, ...push.map(({ environment }) => environment)),
      };
  }
}

function portIn(service: ServiceProcess, event: string): Promise<number> {
  return service.line((line) => {
    if (!line.includes(`"${event}"`)) return null;
    const { port } = JSON.parse(line) as { readonly port?: number };
    return port ?? null;
  });
}

/** Polls `/readyz`, which has no event to wait for. */
async function untilReady(service: ServiceProcess, adminUrl: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  let missing = 'everything';
  while (performance.now() < deadline && !service.hasEnded) {
    const response = await fetch(`${adminUrl}/readyz`).catch(() => null);
    if (response?.status === 200) return;
    missing = (await response?.text()) ?? missing;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${service.name} did not become ready: ${missing}\n${service.output.slice(-2_000)}`);
}

/** One counter or gauge of an app, summed over its labels that match; 0 when it is absent. */
export async function metricOf(app: App, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const text = await (await fetch(`${app.adminUrl}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
