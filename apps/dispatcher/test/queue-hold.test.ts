import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Ledger, silentLedger } from '@push/ledger';
import { createMetrics } from '@push/ops';
import { QueueHold } from '../src/delivery/queue-hold.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const MINUTE_MS = 60_000;

function openHold() {
  const queue = { isHeld: false, pauses: 0 };
  const told: unknown[] = [];
  const ledger: Ledger = { ...silentLedger, record: (name, fields) => void told.push({ name, ...fields }) };
  const hold = new QueueHold({
    service: 'apns',
    ledger,
    metrics: createMetrics(),
    pause: () => {
      queue.isHeld = true;
      queue.pauses += 1;
    },
    resume: () => {
      queue.isHeld = false;
    },
  });
  return { hold, queue, told };
}

describe('a hold', () => {
  test.each([
    ['a longer one that begins later', [1, 20], 20],
    ['a shorter one that begins later', [20, 1], 20],
  ])('lasts until the end of %s', (_, [first = 0, second = 0], lastsMinutes) => {
    const { hold, queue } = openHold();
    hold.begin(first * MINUTE_MS, 'InvalidProviderToken');
    hold.begin(second * MINUTE_MS, 'TooManyRequests');
    jest.advanceTimersByTime(lastsMinutes * MINUTE_MS - 1);
    expect(queue).toEqual({ isHeld: true, pauses: 1 });
    jest.advanceTimersByTime(1);
    expect(queue).toEqual({ isHeld: false, pauses: 1 });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('is told again when it grows by a minute, not for each answer that was in flight', () => {
    const { hold, told } = openHold();
    for (let answer = 0; answer < 64; answer += 1) {
      hold.begin(MINUTE_MS, 'InvalidProviderToken');
      jest.advanceTimersByTime(100);
    }
    hold.begin(20 * MINUTE_MS, 'TooManyRequests');
    expect(told).toEqual([
      { name: 'queue.held', service: 'apns', reason: 'InvalidProviderToken', holdMs: MINUTE_MS },
      { name: 'queue.held', service: 'apns', reason: 'TooManyRequests', holdMs: 20 * MINUTE_MS },
    ]);
  });

  test('that was disposed of neither ends nor begins again', () => {
    const { hold, queue } = openHold();
    hold.begin(MINUTE_MS, 'InvalidProviderToken');
    hold[Symbol.dispose]();
    hold.begin(MINUTE_MS, 'InvalidProviderToken');
    jest.advanceTimersByTime(2 * MINUTE_MS);
    expect(queue).toEqual({ isHeld: true, pauses: 1 });
  });
});
