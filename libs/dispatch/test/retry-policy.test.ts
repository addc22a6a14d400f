import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { retryDelayMs } from '../src/index.ts';

const longest = (attempt: number, afterMs: number | null = null): number =>
  retryDelayMs({ attempt, afterMs, random: () => 1 - Number.EPSILON });

describe('the retry policy', () => {
  test('tries again within half a second, then below a ceiling that doubles up to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => longest(attempt))).toEqual([
      500, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  test('spreads retries over everything below the ceiling', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), random, (attempt, fraction) => {
        const delayMs = retryDelayMs({ attempt, afterMs: null, random: () => fraction });
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(1);
        expect(delayMs).toBeLessThanOrEqual(longest(attempt));
      }),
    );
    expect(retryDelayMs({ attempt: 9, afterMs: null, random: () => 0.5 })).toBe(30_001);
  });

  test('never comes back before the provider wants', () => {
    expect(retryDelayMs({ attempt: 1, afterMs: 1_200_000, random: () => 0 })).toBe(1_200_001);
    expect(longest(1, 1_200_000)).toBe(1_200_500);
    expect(retryDelayMs({ attempt: 1, afterMs: -5, random: () => 0 })).toBe(1);
  });
});
