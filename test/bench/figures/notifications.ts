import { QUEUE_PREFIX, queueName } from '@push/wakeups';
import { relayEnvironment, watcherEnvironment } from '../../world/app.ts';
import type { Figure } from '../figure.ts';
import { phonesAt, registerAll, relayBodies } from '../population.ts';
import { openQueue } from '../queues.ts';
import { MEMBERS, MESSAGE_BYTES, type NodesReady, type Receiver, type ReportOrder } from '../reports.ts';
import { countOf, untilCounted } from '../until-counted.ts';

/** So often is each frame sent to the bare receiver in a round, which would be done with them too soon otherwise. */
const TIMES = 2;

export const notifications: Figure = {
  name: 'notifications',
  title: 'Notifications: messages that storage nodes report to a watcher',
  unit: 'notify messages',
  notes: ({ messages }) => [
    `Each round ${messages} accounts get one message of ${MESSAGE_BYTES} bytes, which each of the ${MEMBERS} members of their ` +
      `swarm reports with its body attached: ${messages * MEMBERS} frames over CURVE from one process, one in ${MEMBERS} new. ` +
      `Done when all are counted and ${messages} wakeup jobs are in Redis.`,
    `Baseline: the same frames, each ${TIMES} times, from the same process into ${MEMBERS} bare DEALERs with CURVE and a loop that counts.`,
    'The ratio says how much of what one process could receive the watcher handles: it parses, looks up, drops ' +
      'duplicates and queues. Fewer copies of each message mean more work a frame.',
    'Nodes, receiver and Redis share the cores of this machine, so the rates are those of all of them together; the ' +
      'processor time of watcher and receiver alone is set beside them.',
  ],
  prepare: async (stage, { scale, seed }) => {
    const count = scale.messages;
    const frames = count * MEMBERS;
    const storedMs = Date.now();
    const foundation = await stage.foundation();
    const nodes = await stage.helper<NodesReady>('storage-nodes');
    const relay = await stage.app('relay', relayEnvironment(foundation));
    await registerAll(relay.relayUrl ?? '', relayBodies(phonesAt(seed, 0, count), Math.floor(storedMs / 1_000)));
    const watcher = await stage.app('swarm-watcher', watcherEnvironment(foundation, nodes.ready.oxendUrl));
    const { adminUrl } = watcher;
    const confirmed = { adminUrl, metric: 'push_subscriptions', labels: { state: 'confirmed' } };
    await untilCounted(confirmed, 0, frames);
    const receiver = await stage.helper('receiver');
    await receiver.order('connect', { nodes: nodes.ready.bareNodes });
    const queue = await openQueue(stage, foundation.redis, queueName('apns'), { prefix: QUEUE_PREFIX });

    const prepare = (round: number): Promise<void> =>
      nodes.order('prepare', { seed, count, round, storedMs } satisfies ReportOrder);
    const send = (to: Receiver): Promise<void> => nodes.order('send', { to });
    const received = { adminUrl: receiver.adminUrl, metric: 'bench_received_total' };
    const handled = { adminUrl, metric: 'push_reports_total' };
    const rung = { ...handled, labels: { outcome: 'rung' } };
    const queued = { adminUrl, metric: 'push_wakeups_queued_total' };
    return {
      baselines: [
        {
          name: 'bare zeromq receive',
          process: 'receiver',
          run: async (round) => {
            await prepare(round);
            const from = await countOf(received);
            return stage.time(frames * TIMES, async () => {
              for (let i = 0; i < TIMES; i++) await send('bare');
              await untilCounted(received, from, frames * TIMES);
            });
          },
        },
      ],
      product: {
        name: 'watcher',
        process: 'swarm-watcher',
        run: async (round) => {
          await prepare(round);
          await queue.obliterate({ force: true });
          const before = await countOf(handled);
          const rungBefore = await countOf(rung);
          const queuedBefore = await countOf(queued);
          const sample = await stage.time(frames, async () => {
            await send('watcher');
            await untilCounted(handled, before, frames);
            await untilCounted(queued, queuedBefore, count);
          });
          const rang = (await countOf(rung)) - rungBefore;
          const waiting = await queue.getWaitingCount();
          if (rang !== count || waiting !== count)
            throw new Error(`${rang} of ${count} rang, and ${waiting} jobs wait`);
          return sample;
        },
      },
    };
  },
};
