import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLedger } from '@push/ledger';
import { createMetrics, type Metrics, systemClock } from '@push/ops';
import {
  type AccountId,
  type DeviceId,
  type DeviceToken,
  type Ed25519Key,
  type MonitorRequest,
  type Service,
  type Signature,
  type SubaccountTag,
  type UnixSeconds,
  type UnsubscribeRequest,
} from '@push/protocol';
import { closeRedis, connectRedis, redisReady, redisSettings } from '@push/redis';
import { createRegistryWriter } from '@push/registry-redis';
import type { RegistryWriter, SubscribeOutcome } from '@push/registry';
import { type LiveKeyRing, type RingKey, xWingSecretKey } from '@push/sealing';
import { parseJob, QUEUE_PREFIX, type QueuedWakeup, queueName } from '@push/wakeups';
import { Queue } from 'bullmq';
import { type Account, accountFromSeed, type MailboxKey } from '../../../test/stubs/client/mailbox-key.ts';
import { StubClient } from '../../../test/stubs/client/stub-client.ts';
import { type Network, type NetworkOptions, startNetwork } from '../../../test/stubs/network/network.ts';
import { monitorString } from '../../../test/stubs/wire/signed-strings.ts';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { readWatcherConfig, startWatcher, type WatcherHandle } from '../src/index.ts';
import { type RecordingLedger, recordingLedger } from './recording-ledger.ts';

/** A watcher against real Redis and the stub storage network, with the relay's and the dispatcher's ends in the test's hands. */
export interface WatcherWorld extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly network: Network;
  readonly registry: RegistryWriter;
  readonly metrics: Metrics;
  readonly ledger: RecordingLedger;
  readonly watcher: WatcherHandle;
  register(key: MailboxKey, options?: RegisterOptions): Promise<SubscribeOutcome>;
  /** Sends a message to an account through the storage network, as a client does. */
  send(to: MailboxKey, options?: { readonly namespace?: number; readonly ttlMs?: number }): Promise<string>;
  /** Names of the dependencies `/readyz` misses. */
  missing(): Promise<readonly string[]>;
  /** Everything in the queue of a service. */
  queued(service?: Service): Promise<readonly QueuedWakeup[]>;
  /** Ends the running watcher and starts another. */
  restartWatcher(): Promise<void>;
  /** Another watcher beside the running one. */
  startAnother(): Promise<WatcherHandle>;
  /** Says, as a dispatcher does, that the provider called a device dead. */
  reportDead(deviceId: DeviceId): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RegisterOptions {
  readonly namespaces?: readonly number[];
  readonly service?: Service;
  readonly token?: string;
  readonly polls?: boolean;
  readonly signedAt?: number;
}

export interface WorldOptions extends NetworkOptions {
  readonly shutdownTimeoutMs?: number;
}

export async function startWatcherWorld(options: WorldOptions = {}): Promise<WatcherWorld> {
  await using starting = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'push-watcher-'));
  starting.defer(() => rmSync(dir, { recursive: true }));
  const redis = starting.use(await startRedisServer({ appendOnly: true }));
  const network = starting.use(await startNetwork({ swarms: 3, nodesPerSwarm: 3, ...options }));

  const watchSeed = randomBytes(32);
  const relayIsUp = Promise.withResolvers<boolean>();
  const registry = starting.use(
    createRegistryWriter({
      settings: redisSettings({ REDIS_URL: redis.urlFor('relay') }),
      ledger: silentLedger,
      metrics: createMetrics(),
      clock: systemClock,
      onUp: relayIsUp.resolve,
      rings: {
        index: ring(randomBytes(32)),
        watch: ring(xWingSecretKey(watchSeed).publicKey.bytes),
        device: ring(xWingSecretKey(randomBytes(32)).publicKey.bytes),
      },
    }),
  );

  const operator = connectRedis({
    settings: redisSettings({ REDIS_URL: redis.urlFor('operator') }),
    use: 'blocking',
    ledger: silentLedger,
  });
  starting.defer(() => closeRedis(operator));
  await redisReady(operator);
  await relayIsUp.promise;

  const secretFile = (name: string, key: Uint8Array): string => {
    writeFileSync(join(dir, name), `1763769600 ${Buffer.from(key).toString('hex')}\n`, { mode: 0o600 });
    return join(dir, name);
  };
  const config = readWatcherConfig({
    REDIS_URL: redis.urlFor('watcher'),
    WATCHER_SECRET_FILE: secretFile('watch.key', watchSeed),
    WATCHER_OMQ_SECRET_FILE: secretFile('omq.key', randomBytes(32)),
    WATCHER_OXEND_URL: network.oxend.rpcUrl,
    WATCHER_ADMIN_PORT: '0',
    WATCHER_POLL_MS: '200',
    SHUTDOWN_TIMEOUT_MS: String(options.shutdownTimeoutMs ?? 5_000),
  });
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const metrics = createMetrics();
  const ledger = recordingLedger();
  const start = (): Promise<WatcherHandle> => startWatcher(config.value, { ledger, metrics });
  const running = { watcher: await start() };
  starting.defer(() => running.watcher[Symbol.asyncDispose]());

  const sender = new StubClient({ account: person(), oxendUrl: network.oxend.rpcUrl });
  const resources = starting.move();
  return {
    redis,
    network,
    registry,
    metrics,
    ledger,
    get watcher() {
      return running.watcher;
    },
    register: (key, registration = {}) => {
      const { service = 'apns', token = 'ab'.repeat(32), polls = false } = registration;
      return registry.subscribe({ request: monitorRequest(key, registration), service, token: bytesOf(token), polls });
    },
    send: (to, sending) => sender.send(to.account.toString('hex'), 'hello', sending),
    missing: async () => {
      const response = await fetch(`http://127.0.0.1:${running.watcher.adminPort}/readyz`);
      return ((await response.json()) as { missing: string[] }).missing;
    },
    queued: async (service = 'apns') => {
      const queue = new Queue(queueName(service), { prefix: QUEUE_PREFIX, connection: operator });
      const jobs = await queue.getJobs(['wait', 'delayed', 'prioritized']);
      return jobs.map(({ data }) => parseJob(data)).filter((wakeup) => wakeup !== null);
    },
    restartWatcher: async () => {
      await running.watcher[Symbol.asyncDispose]();
      running.watcher = await start();
    },
    startAnother: start,
    reportDead: async (deviceId) => void (await operator.xadd('dead', '1-*', 'd', deviceId)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export const person = (): Account => accountFromSeed(randomBytes(32));

/** Waits until `isTrue`; there is no event for what other processes and libraries do inside. */
export async function until(isTrue: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Subscriptions that the nodes of an account's swarm hold; nodes hold other accounts' too. */
export const subscriptionsAt = (network: Network, key: MailboxKey): number[] =>
  network.nodesOf(key.account).map(({ stats }) => stats.subscriptions);

export function unsubscription(key: MailboxKey, signedAt = nowS()): UnsubscribeRequest {
  return {
    account: new Uint8Array(key.account) as AccountId,
    ed25519: key.sessionEd25519 === null ? null : (new Uint8Array(key.sessionEd25519) as Ed25519Key),
    subaccount: null,
    signedAt: signedAt as UnixSeconds,
    signature: new Uint8Array(64) as Signature,
  };
}

export const bytesOf = (token: string): DeviceToken => new Uint8Array(Buffer.from(token, 'hex')) as DeviceToken;
export const nowS = (): number => Math.floor(Date.now() / 1000);

function monitorRequest(key: MailboxKey, options: RegisterOptions): MonitorRequest {
  const { namespaces = [0, 2, 3, 4, 5], signedAt = nowS() } = options;
  const { account, sessionEd25519, subaccount } = key;
  return {
    account: new Uint8Array(account) as AccountId,
    ed25519: sessionEd25519 === null ? null : (new Uint8Array(sessionEd25519) as Ed25519Key),
    subaccount:
      subaccount === null
        ? null
        : {
            tag: new Uint8Array(subaccount.tag) as SubaccountTag,
            signature: new Uint8Array(subaccount.signature) as Signature,
          },
    namespaces,
    wantsData: true,
    signedAt: signedAt as UnixSeconds,
    signature: new Uint8Array(key.sign(monitorString(account, signedAt, true, namespaces))) as Signature,
  };
}

function ring(key: Uint8Array): LiveKeyRing {
  const newest: RingKey = { createdAt: 1_763_769_600 as UnixSeconds, key: new Uint8Array(key) };
  return { current: [newest] };
}
