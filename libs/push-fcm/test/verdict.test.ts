import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readGoogleError } from '../src/google-error.ts';
import { type FcmAnswer, NO_ANSWER, verdictOf } from '../src/verdict.ts';

const NOW = Date.UTC(2026, 0, 2);
const answer = (status: number, more: Partial<FcmAnswer> = {}): FcmAnswer => ({ ...NO_ANSWER, status, ...more });

describe('what an answer of FCM means', () => {
  test('200: done', () => {
    expect(verdictOf(answer(200))).toEqual({ kind: 'done' });
  });

  test('404 with the detail UNREGISTERED: the token is dead', () => {
    expect(verdictOf(answer(404, { code: 'NOT_FOUND', fcmError: 'UNREGISTERED' }))).toEqual({
      kind: 'dead',
      reason: 'UNREGISTERED',
      sinceMs: null,
      isCertain: true,
    });
  });

  test.each([
    ['NOT_FOUND', null],
    ['NOT_FOUND', 'INTERNAL'],
    [null, null],
  ])('404 %s with the detail %s: hold, it is our project', (code, fcmError) => {
    expect(verdictOf(answer(404, { code, fcmError }))).toMatchObject({ kind: 'hold' });
  });

  test.each([[[]], [['message.token']]])(
    '400 with the detail INVALID_ARGUMENT and bad fields %j: the token may be bad',
    (badFields) => {
      expect(verdictOf(answer(400, { code: 'INVALID_ARGUMENT', fcmError: 'INVALID_ARGUMENT', badFields }))).toEqual({
        kind: 'dead',
        reason: 'INVALID_ARGUMENT',
        sinceMs: null,
        isCertain: false,
      });
    },
  );

  test.each([
    ['INVALID_ARGUMENT', ['message.android.ttl']],
    ['INVALID_ARGUMENT', ['message.token', 'message.data']],
    [null, ['message.token']],
    [null, []],
  ])('400 with the detail %s and bad fields %j: our bug', (fcmError, badFields) => {
    expect(verdictOf(answer(400, { code: 'INVALID_ARGUMENT', fcmError, badFields }))).toEqual({
      kind: 'bug',
      reason: 'INVALID_ARGUMENT',
    });
  });

  test('403 SENDER_ID_MISMATCH: the token may belong to another project', () => {
    expect(verdictOf(answer(403, { code: 'PERMISSION_DENIED', fcmError: 'SENDER_ID_MISMATCH' }))).toEqual({
      kind: 'dead',
      reason: 'SENDER_ID_MISMATCH',
      sinceMs: null,
      isCertain: false,
    });
  });

  test.each([
    [401, 'UNAUTHENTICATED', null, 'UNAUTHENTICATED'],
    [401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR', 'THIRD_PARTY_AUTH_ERROR'],
    [403, 'PERMISSION_DENIED', null, 'PERMISSION_DENIED'],
    [403, null, null, 'status-403'],
  ])('%d %s with the detail %s: hold, it is our credential', (status, code, fcmError, reason) => {
    expect(verdictOf(answer(status, { code, fcmError }))).toEqual({ kind: 'hold', reason, afterMs: null });
  });

  test('429: not for a minute, or longer if told so', () => {
    const quota = { code: 'RESOURCE_EXHAUSTED', fcmError: 'QUOTA_EXCEEDED' };
    expect(verdictOf(answer(429, quota))).toEqual({ kind: 'retry', reason: 'QUOTA_EXCEEDED', afterMs: 60_000 });
    expect(verdictOf(answer(429, { ...quota, retryAfterMs: 1_000 }))).toMatchObject({ afterMs: 60_000 });
    expect(verdictOf(answer(429, { ...quota, retryAfterMs: 90_000 }))).toMatchObject({ afterMs: 90_000 });
  });

  test.each([
    [500, 'INTERNAL', 'INTERNAL'],
    [503, 'UNAVAILABLE', 'UNAVAILABLE'],
    [502, null, 'status-502'],
    [504, 'DEADLINE_EXCEEDED', 'status-504'],
    [302, null, 'status-302'],
    [407, null, 'status-407'],
  ])('%d %s: retry, when told if told', (status, code, reason) => {
    expect(verdictOf(answer(status, { code }))).toEqual({ kind: 'retry', reason, afterMs: null });
    expect(verdictOf(answer(status, { code, retryAfterMs: 7_000 }))).toEqual({ kind: 'retry', reason, afterMs: 7_000 });
  });

  test('another refusal in the words of Google: our bug', () => {
    expect(verdictOf(answer(409, { code: 'ALREADY_EXISTS' }))).toEqual({ kind: 'bug', reason: 'status-409' });
  });

  test('no answer: retry', () => {
    expect(verdictOf(NO_ANSWER)).toEqual({ kind: 'retry', reason: 'no-answer', afterMs: null });
  });

  test('whatever comes, no registration ends without UNREGISTERED, and no foreign text is passed on', () => {
    const anyError = fc.record({
      code: fc.anything(),
      status: fc.oneof(fc.string(), fc.constantFrom('NOT_FOUND', 'UNREGISTERED', '__proto__')),
      details: fc.oneof(
        fc.anything(),
        fc.array(
          fc.record({
            '@type': fc.constantFrom(
              'type.googleapis.com/google.firebase.fcm.v1.FcmError',
              'type.googleapis.com/google.rpc.BadRequest',
            ),
            errorCode: fc.oneof(fc.string(), fc.constantFrom('UNREGISTERED', 'INVALID_ARGUMENT')),
            fieldViolations: fc.anything(),
          }),
        ),
      ),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(fc.anything(), fc.record({ error: anyError })),
        (status, data) => {
          const read = readGoogleError({ status, headers: {}, data }, NOW);
          const verdict = verdictOf(read);
          const isProof = status === 404 && read.fcmError === 'UNREGISTERED';
          expect(verdict.kind === 'dead' && verdict.isCertain).toBe(isProof);
          expect(verdict.kind === 'done' ? 'A' : verdict.reason).toMatch(/^(?:status-\d{3}|[A-Z_]{1,24})$/);
        },
      ),
    );
  });
});

describe('the error model of Google', () => {
  test('gives its code, the details about token and fields, and when to come back', () => {
    const data = {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'not read',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'message.token' }, {}] },
          { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' },
        ],
      },
    };
    const headers = { 'retry-after': 'Fri, 02 Jan 2026 00:01:00 GMT' };
    expect(readGoogleError({ status: 400, headers, data }, NOW)).toEqual({
      status: 400,
      code: 'INVALID_ARGUMENT',
      fcmError: 'INVALID_ARGUMENT',
      badFields: ['message.token', ''],
      retryAfterMs: 60_000,
    });
  });
});
