import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision, provisionedPasswords } from '../../tools/provision.ts';
import { type RedisServer, startRedisServer } from '../../tools/redis-server.ts';
import {
  type App,
  appCommand,
  type AppName,
  dispatcherEnvironment,
  type PushAddress,
  relayEnvironment,
  type StartedApp,
  untilReady,
  watcherEnvironment,
} from './app.ts';
import { ServiceProcess } from './service-process.ts';

export { metricOf } from './app.ts';

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

/** The whole flow in real processes: Redis, the stub network, both push stubs, and the three apps. */
export interface Deployment extends AsyncDisposable {
  readonly dir: string;
  readonly redis: RedisServer;
  readonly network: NetworkAddress;
  readonly apns: PushAddress;
  readonly fcm: PushAddress;
  readonly relayUrl: string;
  /** What apps build in to reach the relay through onion requests, 64 hex digits. */
  readonly onionKey: string;
  readonly apps: Readonly<Record<AppName, App>>;
  /** Every process, stubs included. */
  readonly processes: readonly ServiceProcess[];
  /** Another process of an app, beside those there are. */
  startApp(name: AppName): Promise<StartedApp>;
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
  let owner = started;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'push-deployment-'));
  if (options.dir === undefined) started.defer(() => rmSync(dir, { recursive: true, force: true }));
  const processes: ServiceProcess[] = [];
  const run = (name: string, command: readonly [string, ...string[]], environment = {}): ServiceProcess => {
    const service = owner.use(new ServiceProcess({ name, command, environment }));
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

  const foundation = { secrets, redis };
  const environments = {
    relay: relayEnvironment(foundation),
    'swarm-watcher': watcherEnvironment(foundation, network.oxendUrl),
    dispatcher: dispatcherEnvironment(foundation, [apns, fcm]),
  } satisfies Record<AppName, object>;
  const startApp: Deployment['startApp'] = (name) =>
    untilReady(run(name, appCommand(name), { ...environments[name], ...options.environment }));
  const [relay, watcher, dispatcher] = await Promise.all([
    startApp('relay'),
    startApp('swarm-watcher'),
    startApp('dispatcher'),
  ]);
  progress(
    `relay, swarm-watcher and dispatcher: processes ${[relay, watcher, dispatcher].map((a) => a.process.pid).join(', ')}`,
  );

  owner = started.move();
  return {
    dir,
    redis,
    network,
    apns,
    fcm,
    relayUrl: relay.relayUrl ?? '',
    onionKey: await onionKeyOf(relay.relayUrl ?? ''),
    apps: { relay, 'swarm-watcher': watcher, dispatcher },
    processes,
    startApp,
    [Symbol.asyncDispose]: () => owner.disposeAsync(),
  };
}

/** As the relay publishes it. An app would have it built in. */
export async function onionKeyOf(relayUrl: string): Promise<string> {
  const document = (await (await fetch(`${relayUrl}/openapi.json`)).json()) as { readonly 'x-onion-key': string };
  return document['x-onion-key'];
}
