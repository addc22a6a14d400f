import { silentLedger } from '@push/ledger';
import type { DeviceId, Service } from '@push/protocol';
import { closeRedis, connectRedis, type RedisConnection, redisReady, redisSettings } from '@push/redis';
import { parseJob, queueName, type TakenWakeup, type Wakeup } from '@push/wakeups';
import { type Job, Queue, Worker } from 'bullmq';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { type BullmqWakeupQueue, createWakeupQueue, wakeupQueueOptions, wakeupWorkerOptions } from '../src/index.ts';

const SERVICES: readonly Service[] = ['apns', 'firebase'];

/** A real Redis with a watcher's end and a dispatcher's end of two queues, each under its own user. */
export interface QueueWorld extends AsyncDisposable {
  readonly server: RedisServer;
  readonly operator: RedisConnection;
  readonly queue: BullmqWakeupQueue;
  /** Where the adding end is in time, relative to the clock on the wall. */
  readonly clock: { offsetMs: number };
  /** The connection of the adding end. */
  readonly adding: RedisConnection;
  readonly takeJob: (service: Service, withinMs: number) => Promise<TakenJob | null>;
  readonly take: (service: Service, withinMs: number) => Promise<TakenWakeup | null>;
}

export interface TakenJob {
  readonly job: Job;
  readonly token: string;
}

export async function openQueueWorld(): Promise<QueueWorld> {
  const server = await startRedisServer();
  const closing: (() => Promise<unknown>)[] = [() => server[Symbol.asyncDispose]()];
  const connect = (user: Parameters<RedisServer['urlFor']>[0], use: 'request' | 'blocking'): RedisConnection => {
    const settings = redisSettings({ REDIS_URL: server.urlFor(user) });
    const connection = connectRedis({ settings, use, ledger: silentLedger });
    closing.push(() => closeRedis(connection));
    return connection;
  };
  const operator = connect('operator', 'request');
  const adding = connect('watcher', 'request');
  const taking = connect('dispatcher', 'blocking');
  await Promise.all([operator, adding, taking].map((connection) => redisReady(connection)));

  const queues = new Map(
    SERVICES.map((service) => {
      const { name, ...options } = wakeupQueueOptions(service, adding);
      return [service, new Queue(name, options)];
    }),
  );
  const clock = { offsetMs: 0, nowMs: () => Date.now() + clock.offsetMs };
  const queue = createWakeupQueue({ queues, clock });
  const settings = wakeupWorkerOptions({ connection: taking, concurrency: 1, retryDelayMs: () => 50 });
  const workers = new Map(
    SERVICES.map((service) => [service, new Worker(queueName(service), null, { ...settings, autorun: false })]),
  );
  for (const worker of workers.values()) worker.on('error', () => {});
  await Promise.all([...queues.values(), ...workers.values()].map((end) => end.waitUntilReady()));
  closing.push(() => Promise.all([...queues.values(), ...workers.values()].map((end) => end.close())));

  let taken = 0;
  const takeJob: QueueWorld['takeJob'] = async (service, withinMs) => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const token = `test:${taken++}`;
      const job = await workers.get(service)?.getNextJob(token, { block: false });
      if (job !== undefined) return { job, token };
      if (performance.now() >= deadline) return null;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    server,
    operator,
    queue,
    clock,
    adding,
    takeJob,
    take: async (service, withinMs) => {
      const next = await takeJob(service, withinMs);
      if (next === null) return null;
      const wakeup = parseJob(next.job.data);
      if (wakeup === null) throw new Error('the queue handed out something that is no wakeup');
      return {
        wakeup,
        finish: async () => {
          await next.job.moveToCompleted(null, next.token, false);
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}

export const someDevice = 'c29tZS1kZXZpY2UtMTYtYg' as DeviceId;

export function someWakeup(changes: Partial<Wakeup> = {}): Wakeup {
  return { service: 'apns', deviceId: someDevice, urgency: 'urgent', minute: 29_000_000, delayMs: 0, ...changes };
}
