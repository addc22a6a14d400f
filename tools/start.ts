// All three apps in one process, for a small operator: `npm start`. Keys, passwords and, when REDIS_URL is unset, a
// redis-server of its own are kept in RELAY_DATA_DIR (default .data). Knowledge is not split here: this one process sees
// accounts and tokens. Every variable of the three apps still works and wins over what is filled in below.
import { readDispatcherConfig, startDispatcher } from '@push/dispatcher';
import { createLedger } from '@push/ledger';
import { reportTo } from '@push/nest-kit';
import {
  type ConfigProblem,
  configOrExit,
  type ConfigResult,
  createMetrics,
  type Environment,
  runProcess,
  VERSION,
} from '@push/ops';
import { readRelayConfig, startRelay } from '@push/relay';
import { readWatcherConfig, startWatcher } from '@push/swarm-watcher';
import { resolve } from 'node:path';
import { provision, provisionedPasswords } from './provision.ts';
import { freePort, type RedisServer, startRedisServer } from './redis-server.ts';

const dataDir = resolve(process.env['RELAY_DATA_DIR'] ?? '.data');
const secrets = resolve(dataDir, 'secrets');
provision(secrets);

/** Of our own server; null when REDIS_URL names another. */
const redisPort = process.env['REDIS_URL'] === undefined ? await freePort() : null;
const configs = configOrExit('start', readAll());

await runProcess({
  // They stop one after another, each within its own limit.
  shutdownTimeoutMs: 3 * configs.relay.shutdownTimeoutMs,
  report: reportTo(createLedger({ process: 'start', level: configs.relay.logLevel }), createMetrics(), VERSION),
  start: async () => {
    await using starting = new AsyncDisposableStack();
    if (redisPort !== null) starting.use(await ownRedis(redisPort));
    starting.use(await startDispatcher(configs.dispatcher));
    starting.use(await startWatcher(configs.watcher));
    starting.use(await startRelay(configs.relay));
    return starting.move();
  },
});

function ownRedis(port: number): Promise<RedisServer> {
  return startRedisServer({
    port,
    dir: resolve(dataDir, 'redis'),
    appendOnly: true,
    appendFsync: 'everysec',
    passwords: provisionedPasswords(secrets),
  });
}

/** The environment of one app, with everything filled in that `npm start` knows by itself. */
function environmentFor(user: 'relay' | 'watcher' | 'dispatcher'): Environment {
  const secret = (name: string): string => resolve(secrets, user, name);
  const login =
    redisPort === null
      ? {}
      : {
          REDIS_URL: `redis://127.0.0.1:${redisPort}`,
          REDIS_USERNAME: user,
          REDIS_PASSWORD_FILE: secret('redis.password'),
        };
  return {
    RELAY_ONION_SECRET_FILE: secret('onion.key'),
    RELAY_INDEX_KEY_FILE: secret('index.key'),
    RELAY_WATCH_PUBLIC_FILE: secret('watch.pub'),
    RELAY_DEVICE_PUBLIC_FILE: secret('device.pub'),
    WATCHER_SECRET_FILE: secret('watch.key'),
    WATCHER_OMQ_SECRET_FILE: secret('omq.key'),
    DISPATCHER_SECRET_FILE: secret('device.key'),
    DISPATCHER_SERVICES: process.env['RELAY_SERVICES'],
    ...process.env,
    ...login,
  };
}

/** The three configurations, or the problems of all of them, each variable once. */
function readAll() {
  const relay = readRelayConfig(environmentFor('relay'));
  const watcher = readWatcherConfig(environmentFor('watcher'));
  const dispatcher = readDispatcherConfig(environmentFor('dispatcher'));
  if (relay.ok && watcher.ok && dispatcher.ok) {
    const value = { relay: relay.value, watcher: watcher.value, dispatcher: dispatcher.value };
    return { ok: true, value } satisfies ConfigResult<typeof value>;
  }
  const problems = [relay, watcher, dispatcher].flatMap((result) => (result.ok ? [] : result.problems));
  const byVariable = new Map<string, ConfigProblem>(problems.map((problem) => [problem.variable, problem]));
  return { ok: false as const, problems: [...byVariable.values()] };
}
