import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type Device,
  freshRenewalState,
  planRenewal,
  readRenewalState,
  RelayError,
  type RenewalAttempt,
  renewalKey,
  type RenewalState,
  settleRenewal,
  type SubscribeOutcome,
} from '../src/index.ts';
import { person, phone } from './phones.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const NOW = 1_763_769_600_000;
const ALMOST_ONE = 1 - Number.EPSILON;

const DONE: SubscribeOutcome = { kind: 'registered', isNew: false };
const refusal = (code: Extract<SubscribeOutcome, { kind: 'refused' }>['code']): SubscribeOutcome => ({
  kind: 'refused',
  code,
  number: 4,
  message: '',
});

const fresh = freshRenewalState((length) => new Uint8Array(length));
const attempt = (changes: Partial<RenewalAttempt> = {}): RenewalAttempt => ({
  keys: ['a'],
  sent: ['a'],
  outcomes: [DONE],
  error: null,
  signedAtMs: NOW,
  nowMs: NOW,
  random: () => 0,
  ...changes,
});
const failed = (error: RelayError, changes: Partial<RenewalAttempt> = {}) =>
  attempt({ outcomes: [], error, ...changes });
const unreachable = new RelayError('unreachable', 'x');
const nextOf = (state: RenewalState, key = 'a'): number | null | undefined => state.entries[key]?.nextAtMs;

describe('a registration that the relay took', () => {
  test('is renewed 12 to 13.2 hours later', () => {
    expect(nextOf(settleRenewal(fresh, attempt()))).toBe(NOW + 12 * HOUR);
    expect(nextOf(settleRenewal(fresh, attempt({ random: () => ALMOST_ONE })))).toBe(NOW + 13.2 * HOUR);
  });

  test('is not due before, and is then', () => {
    const state = settleRenewal(fresh, attempt());
    expect(planRenewal(state, ['a'], NOW + 12 * HOUR - 1)).toEqual({ due: [], nextAtMs: NOW + 12 * HOUR });
    expect(planRenewal(state, ['a'], NOW + 12 * HOUR).due).toEqual(['a']);
  });

  test('stays together with what was sent at the same time', () => {
    let draws = 0;
    const random = () => (draws += 1) / 10;
    const both = attempt({ keys: ['a', 'b'], sent: ['a', 'b'], outcomes: [DONE, DONE], random });
    const state = settleRenewal(fresh, both);
    expect(nextOf(state, 'a')).toBe(nextOf(state, 'b'));
  });

  test('goes along with another that is due if its own turn is within the hour', () => {
    const first = settleRenewal(fresh, attempt({ keys: ['a'] }));
    const later = { keys: ['a', 'b', 'c'], nowMs: NOW + HOUR / 2 };
    const second = settleRenewal(first, attempt({ ...later, sent: ['b'] }));
    const third = settleRenewal(second, attempt({ ...later, sent: ['c'], nowMs: NOW + 3 * HOUR }));
    expect(planRenewal(third, ['a', 'b', 'c'], NOW + 12 * HOUR).due).toEqual(['a', 'b']);
  });

  test('is made again at once when the clock was set far back', () => {
    const state = settleRenewal(fresh, attempt());
    expect(planRenewal(state, ['a'], NOW - DAY).due).toEqual([]);
    expect(planRenewal(state, ['a'], NOW - 2 * DAY).due).toEqual(['a']);
  });
});

describe('what changes', () => {
  const salt = 'ab'.repeat(16);
  const subscription = { signer: person(0), namespaces: [0, 2] };
  const key = renewalKey(salt, subscription, phone, false);

  test('is another registration, due at once, while the rest waits', () => {
    const state = settleRenewal(fresh, attempt());
    expect(planRenewal(state, ['a', 'new'], NOW + 1).due).toEqual(['new']);
  });

  test('is noticed: token, service, polling, data, account, namespaces', () => {
    const device = (changes: Partial<Device>): string =>
      renewalKey(salt, subscription, { ...phone, ...changes }, false);
    const keys = [
      key,
      device({ token: 'another' }),
      device({ service: 'huawei' }),
      device({ polls: true }),
      renewalKey(salt, subscription, phone, true),
      renewalKey(salt, { ...subscription, signer: person(1) }, phone, false),
      renewalKey(salt, { ...subscription, namespaces: [0] }, phone, false),
      renewalKey('cd'.repeat(16), subscription, phone, false),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is not: the spelling of an account, or saying what is so anyway', () => {
    const loud = { ...person(0), account: person(0).account.toUpperCase() };
    expect(renewalKey(salt, { signer: loud, namespaces: [0, 2] }, { ...phone, polls: false }, false)).toBe(key);
  });

  test('is forgotten when it is no longer wanted', () => {
    const state = settleRenewal(fresh, attempt());
    const next = settleRenewal(state, attempt({ keys: ['b'], sent: ['b'] }));
    expect(Object.keys(next.entries)).toEqual(['b']);
  });
});

describe('after a failure', () => {
  const times = (count: number, random: () => number): number[] => {
    let state = fresh;
    return Array.from({ length: count }, () => {
      state = settleRenewal(state, failed(unreachable, { random }));
      return (nextOf(state) ?? 0) - NOW;
    });
  };

  test('the next attempt comes within a ceiling that doubles from half a minute to an hour', () => {
    const seconds = times(9, () => ALMOST_ONE).map((ms) => Math.ceil(ms / SECOND) - 1);
    expect(seconds).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    expect(times(1_100, () => ALMOST_ONE).at(-1)).toBeLessThan(HOUR + 2 * SECOND);
  });

  test('it may come anywhere below the ceiling, but never within the same second', () => {
    expect(times(9, () => 0)).toEqual(Array(9).fill(SECOND));
  });

  test('success begins anew', () => {
    const state = settleRenewal(settleRenewal(fresh, failed(unreachable)), attempt());
    expect(state.entries['a']).toMatchObject({ failures: 0, signedAtMs: NOW });
  });

  test('the relay’s wish is honoured in full and spread', () => {
    const wish = new RelayError('overloaded', 'x', { retryAfterS: 600 });
    expect(nextOf(settleRenewal(fresh, failed(wish)))).toBe(NOW + 601 * SECOND);
    expect(nextOf(settleRenewal(fresh, failed(wish, { random: () => 0.5 })))).toBe(NOW + 616 * SECOND);
  });

  test('no wish delays it for more than a day, or beyond the twelfth day of the signature', () => {
    const wish = new RelayError('overloaded', 'x', { retryAfterS: 10 ** 9 });
    expect(nextOf(settleRenewal(fresh, failed(wish)))).toBe(NOW + DAY + SECOND);
    const registered = settleRenewal(fresh, attempt());
    const late = settleRenewal(registered, failed(wish, { nowMs: NOW + 11.9 * DAY }));
    expect(nextOf(late)).toBe(NOW + 12 * DAY);
    const tooLate = settleRenewal(registered, failed(wish, { nowMs: NOW + 13 * DAY }));
    expect(nextOf(tooLate)).toBe(NOW + 13 * DAY + SECOND);
  });

  test('of some items, only those are tried again soon', () => {
    const error = new RelayError('overloaded', 'x', { retryAfterS: 30 });
    const outcomes = [DONE, refusal('unavailable'), null];
    const keys = ['a', 'b', 'c'];
    const state = settleRenewal(fresh, attempt({ keys, sent: keys, outcomes, error }));
    expect(keys.map((key) => nextOf(state, key))).toEqual([NOW + 12 * HOUR, NOW + 31 * SECOND, NOW + 31 * SECOND]);
    expect(planRenewal(state, keys, NOW + 31 * SECOND).due).toEqual(['b', 'c']);
  });
});

describe('a refusal', () => {
  test.each(['bad-input', 'unknown-service'] as const)('as %s is final until something changes', (code) => {
    const state = settleRenewal(fresh, attempt({ outcomes: [refusal(code)] }));
    expect(planRenewal(state, ['a'], NOW + 365 * DAY)).toEqual({ due: [], nextAtMs: null });
  });

  test.each(['refused', 'unavailable', 'internal', 'unknown'] as const)('as %s is tried again', (code) => {
    const state = settleRenewal(fresh, attempt({ outcomes: [refusal(code)] }));
    expect(planRenewal(state, ['a'], NOW + SECOND).due).toEqual(['a']);
  });

  test.each([400, 403])('of the whole request with %i is final for what it held', (status) => {
    const rejected = new RelayError('rejected', 'x', { status });
    const keys = ['a', 'b'];
    const state = settleRenewal(fresh, attempt({ keys, sent: keys, outcomes: [DONE, null], error: rejected }));
    expect([nextOf(state, 'a'), nextOf(state, 'b')]).toEqual([NOW + 12 * HOUR, null]);
  });

  test.each([404, 408, 413])('of the whole request with %i is tried again', (status) => {
    expect(nextOf(settleRenewal(fresh, failed(new RelayError('rejected', 'x', { status }))))).toBe(NOW + SECOND);
  });

  test('does not come along when something else is due', () => {
    const refused = settleRenewal(fresh, attempt({ outcomes: [refusal('bad-input')] }));
    expect(planRenewal(refused, ['a', 'new'], NOW).due).toEqual(['new']);
  });
});

describe('whatever happens', () => {
  const outcome = fc.constantFrom(DONE, refusal('bad-input'), refusal('refused'), refusal('unavailable'), null);
  const error = fc.option(
    fc
      .tuple(
        fc.constantFrom('unreachable' as const, 'timed-out' as const, 'overloaded' as const, 'path-failed' as const),
        fc.option(fc.nat()),
      )
      .map(([code, retryAfterS]) => new RelayError(code, 'x', { retryAfterS })),
  );
  const step = fc.record({
    outcome,
    error,
    fraction: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    pauseMs: fc.nat({ max: 20 * DAY }),
  });

  test('nothing is planned in the past, for ever, or beyond the life of a signature; and it survives storage', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = fresh;
        let nowMs = NOW;
        for (const { outcome: came, error: whole, fraction, pauseMs } of steps) {
          nowMs += pauseMs;
          state = settleRenewal(
            state,
            attempt({ outcomes: [came], error: whole, signedAtMs: nowMs, nowMs, random: () => fraction }),
          );
          expect(readRenewalState(JSON.parse(JSON.stringify(state)))).toEqual(state);
          const entry = state.entries['a'];
          const nextAtMs = entry?.nextAtMs ?? null;
          if (nextAtMs === null) continue;
          expect(nextAtMs).toBeGreaterThanOrEqual(nowMs + SECOND);
          expect(nextAtMs).toBeLessThan(nowMs + DAY + HOUR + 2 * SECOND);
          const lastAtMs = Math.max((entry?.signedAtMs ?? Infinity) + 12 * DAY, nowMs);
          expect(nextAtMs).toBeLessThan(lastAtMs + HOUR + 2 * SECOND);
          expect(planRenewal(state, ['a'], nextAtMs).due).toEqual(['a']);
        }
      }),
    );
  });

  test.each([
    null,
    'text',
    [],
    {},
    { version: 2, salt: '00'.repeat(16), entries: {} },
    { version: 1, salt: 'short', entries: {} },
    { version: 1, salt: '00'.repeat(16), entries: [] },
    { version: 1, salt: '00'.repeat(16), entries: { a: null } },
    { version: 1, salt: '00'.repeat(16), entries: { a: { signedAtMs: null, failures: -1, nextAtMs: null } } },
    { version: 1, salt: '00'.repeat(16), entries: { a: { signedAtMs: 'x', failures: 0, nextAtMs: null } } },
    { version: 1, salt: '00'.repeat(16), entries: { a: { signedAtMs: null, failures: 0 } } },
  ])('what is no state is not read as one: %j', (stored) => {
    expect(readRenewalState(stored)).toBeNull();
  });

  test('a state names no token and no account', () => {
    const state = freshRenewalState((length) => new Uint8Array(length).fill(3));
    const keys = [renewalKey(state.salt, { signer: person(0), namespaces: [0] }, phone, false)];
    const stored = JSON.stringify(settleRenewal(state, attempt({ keys, sent: keys })));
    for (const secret of [phone.token, person(0).account, person(0).account.slice(2)]) {
      expect(stored).not.toContain(secret);
    }
  });
});
