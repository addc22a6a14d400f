import type { Verdict } from '@push/dispatch';
import { BearerRefusal } from './bearer-source.ts';
import { type GoogleResponse, readGoogleError } from './google-error.ts';
import { fieldsOf } from './json-fields.ts';
import { NO_ANSWER, verdictOf } from './verdict.ts';

export interface Failure {
  readonly verdict: Verdict;
  /** Google did not accept the bearer. */
  readonly isBearerRefused: boolean;
}

/**
 * What an error of firebase-admin means. The error itself holds the bearer and the token, and goes no further. Its own
 * code is not used where Google answered: it calls a project that was not found a dead token.
 */
export function verdictOfFailure(error: unknown, nowMs: number): Failure {
  const { code, cause, httpResponse } = fieldsOf(error);
  if (cause instanceof BearerRefusal) return { verdict: cause.verdict, isBearerRefused: false };
  const response = responseIn(httpResponse);
  if (response !== null) {
    const answer = readGoogleError(response, nowMs);
    return { verdict: verdictOf(answer), isBearerRefused: answer.status === 401 };
  }
  // The library refuses on its own what it would not even send.
  const isInvalid = typeof code === 'string' && code.startsWith('messaging/invalid-');
  const verdict: Verdict = isInvalid ? { kind: 'bug', reason: 'not-sendable' } : verdictOf(NO_ANSWER);
  return { verdict, isBearerRefused: false };
}

/** The answer an error carries. A success that is not JSON is no success: something in between sent it. */
function responseIn(value: unknown): GoogleResponse | null {
  const { status, headers, data } = fieldsOf(value);
  return typeof status === 'number' && status >= 300 ? { status, headers, data } : null;
}
