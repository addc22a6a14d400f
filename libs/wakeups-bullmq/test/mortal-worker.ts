// A dispatcher's worker in a process of its own, to be killed. Says `took` with the job's attempts to send; with `hang` it
// then never finishes. Started as: node mortal-worker.ts <hang|finish>, REDIS_URL in the environment.
import { silentLedger } from '@push/ledger';
import { connectRedis, redisSettings } from '@push/redis';
import { queueName } from '@push/wakeups';
import { WakeupWorker, wakeupWorkerOptions } from '../src/index.ts';

const settings = redisSettings({ REDIS_URL: process.env['REDIS_URL'] ?? '' });
const connection = connectRedis({ settings, use: 'blocking', ledger: silentLedger });
const isHanging = process.argv[2] === 'hang';

const worker = new WakeupWorker(
  queueName('apns'),
  async (job) => {
    process.stdout.write(`took ${job.id}\n`);
    if (isHanging) await new Promise(() => {});
  },
  wakeupWorkerOptions({ connection, concurrency: 4, retryDelayMs: () => 50 }),
);
worker.on('error', () => {});
worker.on('completed', (job) => process.stdout.write(`finished ${job.id}\n`));
