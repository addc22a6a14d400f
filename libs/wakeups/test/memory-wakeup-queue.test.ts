import { createMemoryWakeupQueue } from '../src/index.ts';
import { describeWakeupQueue } from './wakeup-queue-contract.ts';

describeWakeupQueue('the wakeup queue in memory', async () => {
  const queue = createMemoryWakeupQueue(() => performance.now());
  return {
    queue,
    take: async (service, withinMs) => {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const taken = queue.take(service);
        if (taken !== null || performance.now() >= deadline) return taken;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
});
