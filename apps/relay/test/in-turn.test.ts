import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTurns } from '../src/load/turns.ts';
import { inTurn as inTurnOf } from '../src/registration/in-turn.ts';

const shared = createTurns();
const inTurn = <T, R>(items: readonly T[], limit: number, handle: (item: T) => Promise<R>): Promise<readonly R[]> =>
  inTurnOf(items, { turns: shared, limit, handle });
const numbers = Array.from({ length: 100 }, (_, i) => i);

test('results come in the order of the items, however long each takes', async () => {
  const results = await inTurn(numbers, 8, async (n) => {
    for (let i = 0; i < (n * 7) % 5; i++) await nextTurn();
    return n;
  });
  expect(results).toEqual(numbers);
});

test('no more than the limit run at once, and that many do', async () => {
  let [running, most] = [0, 0];
  await inTurn(numbers, 8, async () => {
    most = Math.max(most, ++running);
    await nextTurn();
    running--;
  });
  expect(most).toBe(8);
});

test('the event loop has turns in the middle of much work that never waits', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  const busy = async (): Promise<void> => {
    const began = performance.now();
    while (performance.now() - began < 2);
  };
  await inTurn(numbers.slice(0, 30), 8, busy);
  clearInterval(ticking);
  expect(turns).toBeGreaterThanOrEqual(15);
});

test('many lists at once delay the event loop no more than one does', async () => {
  let [started, most] = [0, 0];
  const busy = async (): Promise<void> => {
    started += 1;
    const began = performance.now();
    while (performance.now() - began < 1);
  };
  const lists = Array.from({ length: 20 }, () => inTurn(numbers.slice(0, 10), 16, busy));
  const isDone = Promise.all(lists).then(() => true);
  started = 0;
  while (!(await Promise.race([isDone, nextTurn().then(() => false)]))) {
    most = Math.max(most, started);
    started = 0;
  }
  expect(most).toBeLessThanOrEqual(3);
});

test('nothing comes of nothing', async () => {
  expect(await inTurn([], 8, () => Promise.resolve(1))).toEqual([]);
});
