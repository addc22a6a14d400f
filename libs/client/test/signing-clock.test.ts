import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createRelayClient } from '../src/index.ts';
import { signingClock } from '../src/signing-clock.ts';
import { type Answer, fakeRelay } from './fake-relay.ts';
import { crowd, phone } from './phones.ts';

const START_S = 1_763_769_600;
const DAY_S = 86_400;

/** Carries out what the table of docs/decisions/0002-order-records.md says, for the one registration of these tests. */
function orderingRelay() {
  /** The newest signature, and what it registered; `null`: it left, or there was none. */
  const state: { newestS: number; registered: unknown } = { newestS: -1, registered: null };
  const relay = fakeRelay((items, endpoint): Answer => {
    const [{ sig_ts: signedAt, namespaces } = {}] = items;
    const atS = Number(signedAt);
    const isLive = state.registered !== null;
    if (endpoint === '/unsubscribe') {
      if (isLive && atS < state.newestS) return { body: [NEWER_EXISTS] };
      if (atS >= state.newestS) [state.newestS, state.registered] = [atS, null];
      return { body: [{ success: true, removed: isLive }] };
    }
    if (!isLive && atS <= state.newestS) return { body: [NEWER_EXISTS] };
    if (atS >= state.newestS) [state.newestS, state.registered] = [atS, namespaces];
    return { body: [{ success: true, added: true }] };
  });
  return { relay, state };
}

const NEWER_EXISTS = { error: 4, message: 'a newer request came first' };

/** A client of such a relay, on a clock that stands still unless told. */
function app() {
  const clock = { nowS: START_S };
  const { relay, state } = orderingRelay();
  const signers = crowd(1);
  const client = createRelayClient({ transport: relay, nowMs: () => clock.nowS * 1000 + 999 });
  return {
    clock,
    state,
    signedS: () => relay.lists.flat().map((item) => Number(item['sig_ts']) - START_S),
    join: async (namespace = 0) =>
      (
        await client.subscribe(
          signers.map((signer) => ({ signer, namespaces: [namespace] })),
          phone,
        )
      )[0]?.kind,
    leave: async () => (await client.unsubscribe(signers, phone))[0]?.kind,
  };
}

describe('within one second', () => {
  test('an app registers, leaves and registers again, and the relay takes all of it', async () => {
    const { join, leave, state, signedS } = app();
    expect([await join(), await leave(), await join()]).toEqual(['registered', 'removed', 'registered']);
    expect(state.registered).toEqual([0]);
    expect(signedS()).toEqual([0, 0, 1]);
  });

  test('leaving again ends what was signed ahead of the clock', async () => {
    const { join, leave, state, signedS } = app();
    for (const act of [leave, join, leave, join, leave]) expect(await act()).not.toBe('refused');
    expect(state.registered).toBeNull();
    expect(signedS()).toEqual([0, 1, 1, 2, 2]);
  });

  test('renewals are signed in that second, and after it the clock counts again', async () => {
    const { join, leave, clock, signedS } = app();
    for (const act of [join, join, leave, join, join]) await act();
    clock.nowS += 5;
    for (const act of [join, leave]) await act();
    expect(signedS()).toEqual([0, 0, 0, 1, 1, 5, 5]);
  });
});

test('whatever an app does, and however its clock moves, what it did last counts', async () => {
  const step = fc.record({
    act: fc.constantFrom('join', 'leave'),
    namespace: fc.integer({ min: 0, max: 9 }),
    movesS: fc.oneof(fc.constant(0), fc.integer({ min: -3_600, max: 3_600 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { join, leave, clock, state } = app();
      for (const { act, namespace, movesS } of steps) {
        clock.nowS += movesS;
        const isJoin = act === 'join';
        expect(await (isJoin ? join(namespace) : leave())).toBe(isJoin ? 'registered' : 'removed');
        expect(state.registered).toEqual(isJoin ? [namespace] : null);
      }
    }),
    { numRuns: 200 },
  );
});

test('a clock that was days ahead and was set right does not keep an app ahead: no relay took that', () => {
  let nowS = START_S + 3 * DAY_S;
  const { forSubscribe, forUnsubscribe } = signingClock(() => nowS * 1000);
  expect([forSubscribe(), forUnsubscribe()]).toEqual([nowS, nowS]);
  nowS = START_S;
  expect([forSubscribe(), forUnsubscribe(), forSubscribe()]).toEqual([nowS, nowS, nowS + 1]);
});

test('a clock that was hours ahead is followed until the time is reached, since relays took that', () => {
  let nowS = START_S + 3_600;
  const { forSubscribe, forUnsubscribe } = signingClock(() => nowS * 1000);
  forSubscribe();
  nowS = START_S;
  expect(forUnsubscribe()).toBe(START_S + 3_600);
  nowS = START_S + 3_602;
  expect(forSubscribe()).toBe(nowS);
});
