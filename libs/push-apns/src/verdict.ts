import type { Verdict } from '@push/dispatch';

/** What Apple said to one push; all `null` when it said nothing. */
export interface ApnsAnswer {
  readonly status: number | null;
  /** `reason` of the JSON body. */
  readonly reason: string | null;
  /** Since when the token is dead (`timestamp` of a 410's body), milliseconds since 1970. */
  readonly timestampMs: number | null;
  readonly retryAfterMs: number | null;
}

export const NO_ANSWER: ApnsAnswer = { status: null, reason: null, timestampMs: null, retryAfterMs: null };

type Meaning =
  | 'bad-token'
  | 'dead-token'
  /** Our credentials or topic. */
  | 'our-side'
  | 'too-many-provider-tokens'
  | 'too-often-for-device'
  | 'again'
  | 'bug';

/** Apple does not say how long to leave a device alone after 429 TooManyRequests. */
const DEVICE_REST_MS = 60_000;
/** Apple asks not to renew a provider token more often than this. */
const PROVIDER_TOKEN_REST_MS = 20 * 60_000;

/**
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 *
 * A reason that is missing here, or that came with another status, is judged by its status: see {@link meaningOfStatus}.
 */
const MEANINGS: { readonly [statusAndReason: string]: Meaning } = {
  // The same answer when sandbox and production are mixed up.
  '400 BadDeviceToken': 'bad-token',
  '400 DeviceTokenNotForTopic': 'bad-token',
  '400 BadTopic': 'our-side',
  '400 MissingTopic': 'our-side',
  '400 TopicDisallowed': 'our-side',
  '400 IdleTimeout': 'again',
  '400 BadCollapseId': 'bug',
  '400 BadExpirationDate': 'bug',
  '400 BadMessageId': 'bug',
  '400 BadPriority': 'bug',
  '400 DuplicateHeaders': 'bug',
  '400 InvalidPushType': 'bug',
  '400 MissingDeviceToken': 'bug',
  '400 PayloadEmpty': 'bug',
  '403 BadCertificate': 'our-side',
  '403 BadCertificateEnvironment': 'our-side',
  '403 BadEnvironmentKeyIdInToken': 'our-side',
  '403 BadEnvironmentKeyInToken': 'our-side',
  // A fresh token is made within the hour, so an expired one means that our clock is wrong.
  '403 ExpiredProviderToken': 'our-side',
  '403 Forbidden': 'our-side',
  '403 InvalidProviderToken': 'our-side',
  '403 MissingProviderToken': 'our-side',
  '403 UnrelatedKeyIdInToken': 'our-side',
  '404 BadPath': 'bug',
  '405 MethodNotAllowed': 'bug',
  '410 ExpiredToken': 'dead-token',
  '410 Unregistered': 'dead-token',
  '413 PayloadTooLarge': 'bug',
  '429 TooManyProviderTokenUpdates': 'too-many-provider-tokens',
  '429 TooManyRequests': 'too-often-for-device',
  '500 InternalServerError': 'again',
  '503 ServiceUnavailable': 'again',
  '503 Shutdown': 'again',
};

/** What an answer of APNs means. `reason` is a word of Apple's that is listed above, or made from the status. */
export function verdictOf({ status, reason, timestampMs, retryAfterMs }: ApnsAnswer): Verdict {
  if (status === 200) return { kind: 'done' };
  if (status === null) return { kind: 'retry', reason: 'no-answer', afterMs: null };
  const known = MEANINGS[`${status} ${reason}`];
  const word = known === undefined || reason === null ? `status-${status}` : reason;
  switch (known ?? meaningOfStatus(status, reason)) {
    case 'bad-token':
      return { kind: 'dead', reason: word, sinceMs: null, isCertain: false };
    case 'dead-token':
      return { kind: 'dead', reason: word, sinceMs: timestampMs, isCertain: timestampMs !== null };
    case 'our-side':
      return { kind: 'hold', reason: word, afterMs: retryAfterMs };
    case 'too-many-provider-tokens':
      return { kind: 'hold', reason: word, afterMs: Math.max(retryAfterMs ?? 0, PROVIDER_TOKEN_REST_MS) };
    case 'too-often-for-device':
      return { kind: 'retry', reason: word, afterMs: retryAfterMs ?? DEVICE_REST_MS };
    case 'again':
      return { kind: 'retry', reason: word, afterMs: retryAfterMs };
    case 'bug':
      return { kind: 'bug', reason: word };
  }
}

/**
 * Nothing unknown may cost a registration or stop for good what might work: a 410 alone is no proof, and a refusal
 * without a reason is not Apple's but that of something in between.
 */
function meaningOfStatus(status: number, reason: string | null): Meaning {
  if (status === 403) return 'our-side';
  if (status === 410) return 'bad-token';
  if (status === 429) return 'too-often-for-device';
  return status >= 400 && status < 500 && reason !== null ? 'bug' : 'again';
}
