import { expect, test } from '@jest/globals';
import { reconnectDelayMs } from '../src/index.ts';

const delays = (count: number, random: number): number[] =>
  Array.from({ length: count }, (_, i) => reconnectDelayMs(i + 1, () => random));

test('the first attempts come quickly, later ones never more than four seconds apart', () => {
  expect(delays(7, 0.999_999).map(Math.round)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test('half of the delay is random', () => {
  expect(delays(5, 0)).toEqual([125, 250, 500, 1_000, 2_000]);
});

test('a node that has been away for minutes is tried about twice a minute', () => {
  expect(reconnectDelayMs(80, () => 0)).toBe(15_000);
  expect(reconnectDelayMs(1_000_000, () => 0.999_999)).toBeLessThanOrEqual(30_000);
});
