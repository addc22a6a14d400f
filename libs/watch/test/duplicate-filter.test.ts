import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DuplicateFilter } from '../src/index.ts';
import { keyOf, notification } from './fixtures.ts';

const MINUTE_MS = 60_000;
const filter = (generationSize = 1_000): DuplicateFilter =>
  new DuplicateFilter({ key: new Uint8Array(32).fill(9), generationMs: MINUTE_MS, generationSize });

const begin = (f: DuplicateFilter, urgency: 'urgent' | 'quiet' = 'urgent', nowMs = 0, hash = 'a'.repeat(43)) =>
  f.begin(notification({ hash }), urgency, nowMs);

function act(f: DuplicateFilter, urgency: 'urgent' | 'quiet', nowMs = 0, hash = 'a'.repeat(43)): boolean {
  const mark = begin(f, urgency, nowMs, hash);
  if (mark !== null) f.done(mark, nowMs);
  return mark !== null;
}

describe('a duplicate filter', () => {
  test('lets the first of many reports act', () => {
    const f = filter();
    expect([act(f, 'urgent'), act(f, 'urgent'), act(f, 'urgent')]).toEqual([true, false, false]);
  });

  test('drops further reports while the first is still being queued', () => {
    const f = filter();
    const mark = begin(f);
    expect(begin(f)).toBeNull();
    if (mark !== null) f.done(mark, 0);
    expect(begin(f)).toBeNull();
  });

  test('lets the next report act when the first could not be queued', () => {
    const f = filter();
    const mark = begin(f);
    if (mark !== null) f.abandon(mark);
    expect(begin(f)).not.toBeNull();
  });

  test('lets an urgent report act after a quiet one, and no quiet one after an urgent one', () => {
    const f = filter();
    expect([act(f, 'quiet'), act(f, 'urgent'), act(f, 'quiet'), act(f, 'urgent')]).toEqual([true, true, false, false]);
    const under = filter();
    begin(under, 'quiet');
    expect(begin(under, 'urgent')).not.toBeNull();
  });

  test('tells messages apart by account, hash and namespace', () => {
    const f = filter();
    const variants = [
      notification(),
      notification({ accountKey: keyOf(2) }),
      notification({ hash: 'b'.repeat(43) }),
      notification({ namespace: 11 }),
      notification({ namespace: 1, hash: '1'.repeat(43) }),
      notification({ namespace: 11, hash: '1'.repeat(42) }),
    ];
    expect(variants.map((variant) => f.begin(variant, 'urgent', 0) !== null)).toEqual(variants.map(() => true));
  });

  test('ignores what a lying member could change about a message it reports again', () => {
    const f = filter();
    act(f, 'urgent');
    expect(f.begin(notification({ hash: 'a'.repeat(43), createdMs: 1, expiresMs: 2 }), 'urgent', 0)).toBeNull();
  });

  test('remembers for at least one generation and forgets after two', () => {
    const f = filter();
    act(f, 'urgent', 0);
    expect(act(f, 'urgent', MINUTE_MS)).toBe(false);
    expect(act(f, 'urgent', 2 * MINUTE_MS)).toBe(true);
    const idle = filter();
    act(idle, 'urgent', 0);
    expect(act(idle, 'urgent', 10 * MINUTE_MS)).toBe(true);
  });

  test('goes on when the clock jumps back', () => {
    const f = filter();
    act(f, 'urgent', 10 * MINUTE_MS);
    expect(act(f, 'urgent', 5 * MINUTE_MS)).toBe(false);
  });

  test('forgets the oldest sooner when a flood fills it, and never refuses a new message', () => {
    const f = filter(10);
    const hashes = Array.from({ length: 100 }, (_, i) => `${i}`.padStart(43, '0'));
    expect(hashes.every((hash) => act(f, 'urgent', 0, hash))).toBe(true);
    expect(act(f, 'urgent', 0, hashes[99])).toBe(false);
    expect(act(f, 'urgent', 0, hashes[0])).toBe(true);
  });

  test('acts on every message even when more are under way than it can remember', () => {
    const f = filter(10);
    const marks = Array.from({ length: 50 }, (_, i) => begin(f, 'urgent', 0, `${i}`.padStart(43, '0')));
    expect(marks.every((mark) => mark !== null)).toBe(true);
  });

  test('never drops a message that no report of the same or greater urgency acted on', () => {
    const step = fc.record({ message: fc.nat(5), urgent: fc.boolean(), fails: fc.boolean(), afterMs: fc.nat(90_000) });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const f = filter(4);
      const acted = new Map<number, 'urgent' | 'quiet'>();
      let nowMs = 0;
      return steps.every(({ message, urgent, fails, afterMs }) => {
        nowMs += afterMs;
        const urgency = urgent ? 'urgent' : 'quiet';
        const mark = begin(f, urgency, nowMs, `${message}`.padStart(43, '0'));
        const before = acted.get(message);
        if (mark === null) return before === 'urgent' || before === urgency;
        if (fails) f.abandon(mark);
        else f.done(mark, nowMs);
        if (!fails && before !== 'urgent') acted.set(message, urgency);
        return true;
      });
    });
    expect(() => fc.assert(property)).not.toThrow();
  });
});
