import { setTimeout as wait } from 'node:timers/promises';

/** Waits for something that no event tells, such as the far side of a connection noticing its end. */
export async function eventually(isTrue: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadlineMs) throw new Error(`did not come true within ${withinMs} ms`);
    await wait(5);
  }
}
