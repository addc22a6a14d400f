import type { Verdict } from '@push/dispatch';

/** What Google said to one message; all empty when it said nothing. */
export interface FcmAnswer {
  readonly status: number | null;
  /** `error.status`, a canonical code such as `NOT_FOUND`. */
  readonly code: string | null;
  /** `errorCode` of a detail of type FcmError. */
  readonly fcmError: string | null;
  /** Fields named by a detail of type BadRequest. */
  readonly badFields: readonly string[];
  readonly retryAfterMs: number | null;
}

export const NO_ANSWER: FcmAnswer = { status: null, code: null, fcmError: null, badFields: [], retryAfterMs: null };

/** Google asks for at least this long after a quota was used up. */
const QUOTA_REST_MS = 60_000;
const TOKEN_FIELD = 'message.token';

/** Words that may be passed on as a reason: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
const WORDS: ReadonlySet<string> = new Set([
  'APNS_AUTH_ERROR',
  'INTERNAL',
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'QUOTA_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'SENDER_ID_MISMATCH',
  'THIRD_PARTY_AUTH_ERROR',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
  'UNREGISTERED',
]);

/** What an answer of FCM means. `reason` is a word of Google's that is listed above, or made from the status. */
export function verdictOf(answer: FcmAnswer): Verdict {
  const { status, fcmError, retryAfterMs } = answer;
  if (status === null) return { kind: 'retry', reason: 'no-answer', afterMs: null };
  const reason = wordFor(answer);
  const badToken: Verdict = { kind: 'dead', reason, sinceMs: null, isCertain: false };
  const ourSide: Verdict = { kind: 'hold', reason, afterMs: retryAfterMs };
  switch (status) {
    case 200:
      return { kind: 'done' };
    case 400:
      return isAboutToken(answer) ? badToken : refusal(answer, reason);
    case 401:
      return ourSide;
    case 403:
      return fcmError === 'SENDER_ID_MISMATCH' ? badToken : ourSide;
    case 404:
      // Without the detail it is the project that was not found, and every token would look dead.
      return fcmError === 'UNREGISTERED' ? { ...badToken, isCertain: true } : ourSide;
    case 429:
      return { kind: 'retry', reason, afterMs: Math.max(retryAfterMs ?? 0, QUOTA_REST_MS) };
    default:
      return refusal(answer, reason);
  }
}

/** FCM blames the token either by its own detail alone or by naming the field. */
function isAboutToken({ fcmError, badFields }: FcmAnswer): boolean {
  return fcmError === 'INVALID_ARGUMENT' && badFields.every((field) => field === TOKEN_FIELD);
}

/** A refusal in Google's words is our mistake; one without comes from something in between, and may pass. */
function refusal({ status, code, retryAfterMs }: FcmAnswer, reason: string): Verdict {
  const isClientError = status !== null && status >= 400 && status < 500;
  return isClientError && code !== null ? { kind: 'bug', reason } : { kind: 'retry', reason, afterMs: retryAfterMs };
}

function wordFor({ status, code, fcmError }: FcmAnswer): string {
  return [fcmError, code].find((word) => word !== null && WORDS.has(word)) ?? `status-${status}`;
}
