import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLane } from '../src/index.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = (): Promise<never> => new Promise(() => {});

describe('a lane', () => {
  test('hands on what a task returns or throws', async () => {
    const lane = createLane({ maxConcurrent: 1, timeLimitMs: 100 });
    const fault = new Error('broken');
    expect(await lane.run(() => Promise.resolve(7))).toEqual({ kind: 'done', value: 7 });
    expect(await lane.run(() => Promise.reject(fault))).toEqual({ kind: 'threw', error: fault });
    expect(
      await lane.run(() => {
        throw fault;
      }),
    ).toEqual({ kind: 'threw', error: fault });
  });

  test('runs no more than so many tasks at once, the others in the order they came', async () => {
    const lane = createLane({ maxConcurrent: 3, timeLimitMs: 1_000 });
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const all = Array.from({ length: 20 }, (_, n) =>
      lane.run(async () => {
        started.push(n);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      }),
    );
    await jest.advanceTimersByTimeAsync(100);
    expect((await Promise.all(all)).every(({ kind }) => kind === 'done')).toBe(true);
    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('gives up on a task after the time limit, tells it so, and gives its place away', async () => {
    const lane = createLane({ maxConcurrent: 1, timeLimitMs: 100 });
    let signal: AbortSignal | undefined;
    const hung = lane.run((given) => {
      signal = given;
      return never();
    });
    await jest.advanceTimersByTimeAsync(50);
    const next = lane.run(() => Promise.resolve('next'));
    await jest.advanceTimersByTimeAsync(49);
    expect(signal?.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await hung).toEqual({ kind: 'late' });
    expect(signal?.aborted).toBe(true);
    expect(await next).toEqual({ kind: 'done', value: 'next' });
  });

  test('gives up on a call that found no place within the time limit, without starting it', async () => {
    const lane = createLane({ maxConcurrent: 1, timeLimitMs: 100 });
    void lane.run(never);
    await jest.advanceTimersByTimeAsync(50);
    const startTask = jest.fn(never);
    void lane.run(never);
    const third = lane.run(startTask);
    await jest.advanceTimersByTimeAsync(100);
    expect(await third).toEqual({ kind: 'crowded' });
    expect(startTask).not.toHaveBeenCalled();
  });

  test('when closed refuses who waits and who comes, and waits for who runs', async () => {
    const lane = createLane({ maxConcurrent: 1, timeLimitMs: 1_000 });
    const running = lane.run(() => new Promise((resolve) => setTimeout(resolve, 300, 'finished')));
    const waiting = lane.run(never);
    let isClosed = false;
    const close = async (): Promise<void> => {
      await lane[Symbol.asyncDispose]();
      isClosed = true;
    };
    const closing = close();
    expect(await waiting).toEqual({ kind: 'closed' });
    expect(await lane.run(never)).toEqual({ kind: 'closed' });
    expect(isClosed).toBe(false);
    await jest.advanceTimersByTimeAsync(300);
    expect(await running).toEqual({ kind: 'done', value: 'finished' });
    await closing;
    expect(jest.getTimerCount()).toBe(0);
  });
});
