/** The bare worker: takes jobs of the queue `BENCH_QUEUE` and does nothing with them. */
import { Worker } from 'bullmq';
import { serveOrders } from './serve-orders.ts';

const { BENCH_QUEUE: name = '', BENCH_REDIS_PORT: port, BENCH_REDIS_PASSWORD: password = '' } = process.env;
const { BENCH_CONCURRENCY: concurrency } = process.env;

await serveOrders(async () => {
  let done = 0;
  const worker = new Worker(
    name,
    async () => {
      done += 1;
    },
    {
      connection: { host: '127.0.0.1', port: Number(port), username: 'operator', password, maxRetriesPerRequest: null },
      concurrency: Number(concurrency),
      removeOnComplete: { count: 0 },
    },
  );
  worker.on('error', () => {});
  await worker.waitUntilReady();
  return {
    counts: () => ({ bench_done_total: done }),
    [Symbol.asyncDispose]: () => worker.close(),
  };
});
