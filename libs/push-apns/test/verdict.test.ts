import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { NO_ANSWER, verdictOf } from '../src/verdict.ts';

const SINCE_MS = 1_700_000_000_123;
const answer = (status: number | null, reason: string | null = null, more: object = {}) => ({
  ...NO_ANSWER,
  status,
  reason,
  ...more,
});

describe('what an answer of APNs means', () => {
  test('200: done', () => {
    expect(verdictOf(answer(200))).toEqual({ kind: 'done' });
  });

  test.each([
    [400, 'BadDeviceToken'],
    [400, 'DeviceTokenNotForTopic'],
  ])('%d %s: the token may be dead, or sandbox and production mixed up', (status, reason) => {
    expect(verdictOf(answer(status, reason))).toEqual({ kind: 'dead', reason, sinceMs: null, isCertain: false });
  });

  test.each(['Unregistered', 'ExpiredToken'])('410 %s: the token is dead since the date given', (reason) => {
    expect(verdictOf(answer(410, reason, { timestampMs: SINCE_MS }))).toEqual({
      kind: 'dead',
      reason,
      sinceMs: SINCE_MS,
      isCertain: true,
    });
  });

  test.each([
    [410, 'Unregistered', 'Unregistered'],
    [410, 'SomethingNew', 'status-410'],
    [410, null, 'status-410'],
  ])('%d %s without a date: not certain', (status, reason, word) => {
    expect(verdictOf(answer(status, reason))).toEqual({ kind: 'dead', reason: word, sinceMs: null, isCertain: false });
  });

  test.each([
    [400, 'BadTopic'],
    [400, 'MissingTopic'],
    [400, 'TopicDisallowed'],
    [403, 'BadCertificate'],
    [403, 'BadCertificateEnvironment'],
    [403, 'BadEnvironmentKeyIdInToken'],
    [403, 'BadEnvironmentKeyInToken'],
    [403, 'ExpiredProviderToken'],
    [403, 'Forbidden'],
    [403, 'InvalidProviderToken'],
    [403, 'MissingProviderToken'],
    [403, 'UnrelatedKeyIdInToken'],
  ])('%d %s: hold, it is our credential or topic', (status, reason) => {
    expect(verdictOf(answer(status, reason))).toEqual({ kind: 'hold', reason, afterMs: null });
  });

  test('429 TooManyProviderTokenUpdates: hold for twenty minutes, or longer if told so', () => {
    const reason = 'TooManyProviderTokenUpdates';
    expect(verdictOf(answer(429, reason))).toEqual({ kind: 'hold', reason, afterMs: 1_200_000 });
    expect(verdictOf(answer(429, reason, { retryAfterMs: 5_000 }))).toMatchObject({ afterMs: 1_200_000 });
    expect(verdictOf(answer(429, reason, { retryAfterMs: 3_600_000 }))).toMatchObject({ afterMs: 3_600_000 });
  });

  test('429 TooManyRequests: leave this device alone for a minute, or as long as told', () => {
    const reason = 'TooManyRequests';
    expect(verdictOf(answer(429, reason))).toEqual({ kind: 'retry', reason, afterMs: 60_000 });
    expect(verdictOf(answer(429, reason, { retryAfterMs: 5_000 }))).toEqual({ kind: 'retry', reason, afterMs: 5_000 });
  });

  test.each([
    [400, 'IdleTimeout'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
    [503, 'Shutdown'],
  ])('%d %s: retry, when told if told', (status, reason) => {
    expect(verdictOf(answer(status, reason))).toEqual({ kind: 'retry', reason, afterMs: null });
    expect(verdictOf(answer(status, reason, { retryAfterMs: 7_000 }))).toEqual({
      kind: 'retry',
      reason,
      afterMs: 7_000,
    });
  });

  test('no answer: retry', () => {
    expect(verdictOf(NO_ANSWER)).toEqual({ kind: 'retry', reason: 'no-answer', afterMs: null });
  });

  test.each([
    [400, 'BadCollapseId'],
    [400, 'BadExpirationDate'],
    [400, 'BadMessageId'],
    [400, 'BadPriority'],
    [400, 'DuplicateHeaders'],
    [400, 'InvalidPushType'],
    [400, 'MissingDeviceToken'],
    [400, 'PayloadEmpty'],
    [404, 'BadPath'],
    [405, 'MethodNotAllowed'],
    [413, 'PayloadTooLarge'],
  ])('%d %s: our bug', (status, reason) => {
    expect(verdictOf(answer(status, reason))).toEqual({ kind: 'bug', reason });
  });

  test.each([
    [400, 'SomethingNew', 'bug'],
    [403, 'SomethingNew', 'hold'],
    [403, null, 'hold'],
    [413, null, 'retry'],
    [429, 'SomethingNew', 'retry'],
    [502, null, 'retry'],
    [503, 'SomethingNew', 'retry'],
    [204, null, 'retry'],
    [302, null, 'retry'],
    // Known words under another status prove nothing.
    [503, 'BadDeviceToken', 'retry'],
    [500, 'Unregistered', 'retry'],
  ])('%d %s, which Apple does not document: %s', (status, reason, kind) => {
    expect(verdictOf(answer(status, reason))).toMatchObject({ kind, reason: `status-${status}` });
  });

  test('whatever comes, no registration ends without a 410 of a known reason with a date, and no foreign text is passed on', () => {
    const anyAnswer = fc.record({
      status: fc.option(fc.integer({ min: 100, max: 599 })),
      reason: fc.option(fc.oneof(fc.string(), fc.constantFrom('Unregistered', 'constructor', '__proto__', 'BadPath'))),
      timestampMs: fc.option(fc.integer()),
      retryAfterMs: fc.option(fc.nat()),
    });
    fc.assert(
      fc.property(anyAnswer, (given) => {
        const verdict = verdictOf(given);
        const isProof = given.status === 410 && given.timestampMs !== null && given.reason === 'Unregistered';
        expect(verdict.kind === 'dead' && verdict.isCertain).toBe(isProof);
        const words = /^(?:no-answer|status-\d{3}|Unregistered|BadPath)$/;
        expect(verdict.kind === 'done' ? 'no-answer' : verdict.reason).toMatch(words);
      }),
    );
  });
});
