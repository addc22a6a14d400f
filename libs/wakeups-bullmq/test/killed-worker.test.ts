import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServiceProcess } from '../../../test/world/service-process.ts';
import { openQueueWorld, type QueueWorld, someDevice, someWakeup } from './queue-world.ts';
import { redisContents } from './redis-contents.ts';

let world: QueueWorld;
const processes: ServiceProcess[] = [];
beforeAll(async () => {
  world = await openQueueWorld();
});
afterAll(async () => {
  for (const process of processes) await process.stop('SIGKILL');
  await world[Symbol.asyncDispose]();
});

function startWorker(behaviour: 'hang' | 'finish'): ServiceProcess {
  const process = new ServiceProcess({
    name: `worker that will ${behaviour}`,
    command: ['--conditions=@push/source', 'libs/wakeups-bullmq/test/mortal-worker.ts', behaviour],
    environment: { REDIS_URL: world.server.urlFor('dispatcher') },
  });
  processes.push(process);
  return process;
}

const saying = (said: string) => (line: string) => (line === said ? line : null);

test('a wakeup outlives the sudden death of three workers that held it, and leaves within 15 seconds of each', async () => {
  await world.queue.add(someWakeup());
  for (let death = 1; death <= 3; death += 1) {
    const worker = startWorker('hang');
    await worker.line(saying('took 1'), 15_000);
    await worker.stop('SIGKILL');
  }
  await startWorker('finish').line(saying('finished 1'), 15_000);
  expect([...(await redisContents(world.operator))].flat().join()).not.toContain(someDevice);
}, 75_000);
