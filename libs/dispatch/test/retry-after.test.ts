import { describe, expect, test } from '@jest/globals';
import { readRetryAfter } from '../src/index.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ])('%j means %d ms', (header, waitMs) => {
    expect(readRetryAfter(header, NOW)).toBe(waitMs);
  });

  test.each([undefined, '', 'soon', '-1', '1.5', '2026-01-02T03:05:05Z', 'Fri, 99 Foo 2026 99:99:99 GMT'])(
    '%j says nothing',
    (header) => {
      expect(readRetryAfter(header, NOW)).toBeNull();
    },
  );

  test.each(['9999999999', 'Fri, 02 Jan 2099 03:05:05 GMT'])('%j stops nothing for longer than a day', (header) => {
    expect(readRetryAfter(header, NOW)).toBe(86_400_000);
  });
});
