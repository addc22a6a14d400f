import { describe, expect, test } from '@jest/globals';
import { accountKey } from '@push/protocol';
import { urgencyOf, wakeupDelayMs } from '../src/index.ts';
import { group, keyOf, notification, NOW_MS } from './fixtures.ts';

describe('urgencyOf', () => {
  test.each([0, 11, -11])('namespace %d rings', (namespace) => {
    expect(urgencyOf(notification({ namespace }))).toBe('urgent');
  });

  test.each([2, 3, 4, 5, 12, 13, 14, 1, -1, -400, 32_767])('namespace %d wakes quietly at most', (namespace) => {
    expect(urgencyOf(notification({ namespace }))).toBe('quiet');
  });

  test.each([
    ['a typing indicator of 20 s does not wake', 20_000, 'none'],
    ['a lifetime just under a minute does not wake', 59_999, 'none'],
    ['a lifetime of a minute rings', 60_000, 'urgent'],
    ['a call of 300 s rings', 300_000, 'urgent'],
    ['a lifetime that ends before it begins does not wake', -1, 'none'],
  ] as const)('%s', (_, lifetimeMs, urgency) => {
    expect(urgencyOf(notification({ expiresMs: NOW_MS + lifetimeMs }))).toBe(urgency);
  });
});

describe('wakeupDelayMs', () => {
  test('spreads the wakeups of a group over five seconds', () => {
    const key = accountKey(group(1));
    expect(wakeupDelayMs(key, () => 0)).toBe(0);
    expect(wakeupDelayMs(key, () => 0.5)).toBe(2_500);
    expect(wakeupDelayMs(key, () => 0.999_999)).toBeLessThan(5_000);
  });

  test('does not hold back anything else', () => {
    expect(wakeupDelayMs(keyOf(1), () => 0.9)).toBe(0);
  });
});
