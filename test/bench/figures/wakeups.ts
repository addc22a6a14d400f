import type { DeviceId } from '@push/protocol';
import { QUEUE_PREFIX, queueName } from '@push/wakeups';
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { dispatcherEnvironment, type Foundation, type PushAddress, relayEnvironment } from '../../world/app.ts';
import type { Sample } from '../contest.ts';
import type { Figure } from '../figure.ts';
import { phonesAt, registerAll, relayBodies } from '../population.ts';
import { openQueue, openWakeupQueue, operatorOf } from '../queues.ts';
import type { Stage } from '../stage.ts';
import { type Count, countOf, untilCounted } from '../until-counted.ts';

/** Jobs and pushes in flight at once, for everybody. */
const CONCURRENCY = 64;
const MINUTE_MS = 60_000;
const BARE_QUEUE = '{bench}';

export const wakeups: Figure = {
  name: 'wakeups',
  title: 'Wakeups: jobs that a dispatcher takes from a full queue and delivers to an APNs stub',
  unit: 'wakeups',
  notes: ({ wakeups: count }) => [
    `Each round ${count} devices are woken once. Jobs were queued before by the watcher's adapter; the devices were ` +
      'registered through a relay. Done when the dispatcher has counted all as accepted.',
    `Baseline 1: a BullMQ worker that does nothing with ${count} plain jobs of the same data on the same Redis, with ` +
      "BullMQ's own settings; done jobs are removed. " +
      'Baseline 2: node:http2 sends the same bytes and headers to the same stub over one connection.',
    `All have ${CONCURRENCY} jobs or pushes in flight. The dispatcher sends through @parse/node-apn.`,
    'The ratios say what of a bare queue, and of a bare connection, is left when the one feeds the other by way of a ' +
      'sealed record. Neither baseline alone does what the dispatcher does.',
    'Stub, Redis and the one that is measured share the cores of this machine; where another process has near a whole ' +
      'core, it limits the rate, and processor time says more.',
  ],
  prepare: async (stage, { scale, seed }) => {
    const count = scale.wakeups;
    const foundation = await stage.foundation();
    const apns = await stage.stub<PushAddress>('apns-stub', ['test/stubs/apns/main.ts', '--dir', stage.folder()]);
    const phones = phonesAt(seed, 0, count);
    const relay = await stage.app('relay', relayEnvironment(foundation));
    await registerAll(relay.relayUrl ?? '', relayBodies(phones, Math.floor(Date.now() / 1_000)));
    const deviceIds = await deviceIdsIn(foundation);
    if (deviceIds.length !== count) throw new Error('the relay did not store every device');

    const dispatcher = await stage.app('dispatcher', {
      ...dispatcherEnvironment(foundation, [apns]),
      DISPATCHER_SERVICES: 'apns',
      DISPATCHER_CONCURRENCY: String(CONCURRENCY),
    });
    const worker = await stage.helper('no-op-worker', {
      BENCH_QUEUE: BARE_QUEUE,
      BENCH_CONCURRENCY: String(CONCURRENCY),
      BENCH_REDIS_PORT: String(foundation.redis.port),
      BENCH_REDIS_PASSWORD: foundation.redis.passwordOf('operator'),
    });
    const sender = await stage.helper('http2-sender', apns.environment);
    await sender.order('connect', { tokens: phones.map(({ device }) => device.token), concurrency: CONCURRENCY });

    const bareQueue = await openQueue(stage, foundation.redis, BARE_QUEUE);
    const queue = await openQueue(stage, foundation.redis, queueName('apns'), { prefix: QUEUE_PREFIX });
    const adapter = await openWakeupQueue(stage, foundation.redis);
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const done = { adminUrl: worker.adminUrl, metric: 'bench_done_total' };
    const sent = { adminUrl: dispatcher.adminUrl, metric: 'push_wakeups_total', labels: { outcome: 'sent' } };
    return {
      baselines: [
        {
          name: 'bare BullMQ worker',
          process: 'no-op-worker',
          run: async () => {
            const fill = async (): Promise<void> => {
              await bareQueue.addBulk(deviceIds.map((d) => ({ name: 'wakeup', data: { d, m: minute, u: 'u' } })));
            };
            return empty(stage, { queue: bareQueue, fill, counted: done, count });
          },
        },
        {
          name: 'bare node:http2',
          process: 'http2-sender',
          run: () => stage.time(count, () => sender.order('send')),
        },
      ],
      product: {
        name: 'dispatcher',
        process: 'dispatcher',
        run: () => {
          const fill = async (): Promise<void> => {
            const wakeup = { service: 'apns', urgency: 'urgent', minute, delayMs: 0 } as const;
            await Promise.all(deviceIds.map((deviceId) => adapter.add({ ...wakeup, deviceId })));
          };
          return empty(stage, { queue, fill, counted: sent, count });
        },
      },
    };
  },
};

interface Emptying {
  readonly queue: Queue;
  readonly fill: () => Promise<void>;
  /** What tells how many jobs are done. */
  readonly counted: Count;
  readonly count: number;
}

/** Fills a queue while nothing is taken from it, and times how long its worker needs for it. */
async function empty(stage: Stage, { queue, fill, counted, count }: Emptying): Promise<Sample> {
  await queue.pause();
  await fill();
  const waiting = await queue.getWaitingCount();
  if (waiting !== count) throw new Error(`${waiting} jobs wait instead of ${count}`);
  const before = await countOf(counted);
  return stage.time(count, async () => {
    await queue.resume();
    await untilCounted(counted, before, count);
  });
}

/** A client never learns the ids of its devices, so they are read from the names of their records. */
async function deviceIdsIn({ redis }: Foundation): Promise<readonly DeviceId[]> {
  const client = new Redis(operatorOf(redis));
  try {
    const ids: DeviceId[] = [];
    for await (const names of client.scanStream({ match: 'device:*', count: 1_000 }) as AsyncIterable<string[]>) {
      for (const name of names) ids.push(name.slice('device:'.length) as DeviceId);
    }
    return ids;
  } finally {
    client.disconnect();
  }
}
