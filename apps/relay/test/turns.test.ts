import { expect, test } from '@jest/globals';
import { createTurns } from '../src/load/turns.ts';

const busyFor = (ms: number): void => {
  const began = performance.now();
  while (performance.now() - began < ms);
};

test('requests go on in the order in which they came', async () => {
  const turns = createTurns();
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4].map((n) => turns.next('request').then(() => order.push(n))));
  expect(order).toEqual([1, 2, 3, 4]);
});

test('a turn of the loop has as many requests and portions of lists as fit, by a clock', async () => {
  let elapsedMs = 0;
  const turns = createTurns(() => elapsedMs);
  const done: string[] = [];
  const request = async (): Promise<void> => {
    await turns.next('request');
    elapsedMs += 1;
    done.push('request');
  };
  const list = async (): Promise<void> => {
    await turns.next('list');
    elapsedMs += 1;
    done.push('list');
  };
  await Promise.all([...Array.from({ length: 7 }, request), ...Array.from({ length: 4 }, list)]);
  const three = ['request', 'request', 'request'];
  expect(done).toEqual([...three, 'list', 'list', ...three, 'list', 'list', 'request']);
});

test('hundreds of busy requests leave the event loop its turns', async () => {
  const turns = createTurns();
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 1);
  await Promise.all(Array.from({ length: 400 }, () => turns.next('request').then(() => busyFor(0.5))));
  clearInterval(ticking);
  // 200 ms of work in turns of three.
  expect(ticks).toBeGreaterThan(25);
});
