import { describe, expect, test } from '@jest/globals';
import { decide, type Situation } from '../src/index.ts';

const DAY_MS = 86_400_000;
const situation: Situation = {
  minute: 29_000_000,
  attempt: 1,
  registeredOn: 20_000,
  nowMs: 29_000_000 * 60_000 + 30_000,
  random: () => 0,
};

describe('a verdict', () => {
  test('of success finishes the wakeup', () => {
    expect(decide({ kind: 'done' }, situation)).toEqual({ kind: 'finish', outcome: 'sent' });
  });

  test('that we made a mistake finishes it without a retry', () => {
    expect(decide({ kind: 'bug', reason: 'PayloadTooLarge' }, situation)).toEqual({ kind: 'finish', outcome: 'bug' });
  });

  test('to try again delays it by the retry policy', () => {
    expect(decide({ kind: 'retry', reason: 'x', afterMs: 7_000 }, situation)).toEqual({
      kind: 'retry',
      delayMs: 7_001,
    });
  });

  test('to hold stops the queue for a minute, or for as long as the provider says, and keeps the wakeup', () => {
    const hold = { kind: 'hold', reason: 'x' } as const;
    expect(decide({ ...hold, afterMs: null }, situation)).toEqual({ kind: 'hold', holdMs: 60_000, delayMs: 60_001 });
    expect(decide({ ...hold, afterMs: 9_000 }, situation)).toEqual({ kind: 'hold', holdMs: 9_000, delayMs: 9_001 });
  });

  test('never delays a wakeup past its lifetime', () => {
    const late = { ...situation, nowMs: 29_000_000 * 60_000 + DAY_MS - 250 };
    expect(decide({ kind: 'retry', reason: 'x', afterMs: 1_000 }, late)).toEqual({ kind: 'retry', delayMs: 250 });
  });

  test.each([
    ['certain and undated', true, null, 'forget'],
    ['certain and dated after the registration', true, 20_000 * DAY_MS, 'forget'],
    ['certain but dated on the day of the registration', true, 20_000 * DAY_MS - 1, 'finish'],
    ['certain but dated long before the registration', true, 0, 'finish'],
    ['uncertain and undated', false, null, 'finish'],
    ['uncertain and dated after the registration', false, 30_000 * DAY_MS, 'finish'],
  ] as const)('of a dead device, %s', (_, isCertain, sinceMs, kind) => {
    const decision = decide({ kind: 'dead', reason: 'x', isCertain, sinceMs }, situation);
    expect(decision).toEqual(kind === 'forget' ? { kind: 'forget' } : { kind: 'finish', outcome: 'suspect' });
  });
});
