import { expect, test } from '@jest/globals';
import { DeathGuard } from '../src/index.ts';
import { NOW_MS } from './fixtures.ts';

const HOUR_MS = 3_600_000;

function believed(guard: DeathGuard, deaths: number, watchCount: number, nowMs = NOW_MS): number {
  return Array.from({ length: deaths }, () => guard.believes(watchCount, nowMs)).filter(Boolean).length;
}

test('fifty deaths an hour are believed in any registry', () => {
  expect(believed(new DeathGuard(), 60, 3)).toBe(50);
});

test('two in a hundred are believed in a large one', () => {
  const count = believed(new DeathGuard(), 50_000, 100_000);
  expect(count).toBeGreaterThanOrEqual(2_000);
  expect(count).toBeLessThan(2_100);
});

test('the next hour starts over', () => {
  const guard = new DeathGuard();
  believed(guard, 60, 3);
  expect(believed(guard, 10, 3, NOW_MS + HOUR_MS)).toBe(10);
});
