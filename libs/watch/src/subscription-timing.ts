const MINUTE_S = 60;

/** How long a storage node keeps a subscription after it was asked. */
export const SUBSCRIPTION_LIFETIME_S = 65 * MINUTE_S;
const RENEW_AFTER_S = 45 * MINUTE_S;
const RENEW_SPREAD_S = 10 * MINUTE_S;

/** Seconds from confirmation to renewal: 45 to 55 minutes, so that what was asked at once is not renewed at once. */
export function renewalDelayS(random: () => number): number {
  return RENEW_AFTER_S + Math.floor(random() * RENEW_SPREAD_S);
}

const REFUSAL_RETRY_S = { isMissed: 5, isCovered: 10 * MINUTE_S };
const REFUSAL_RETRY_LONGEST_S = 60 * MINUTE_S;

/**
 * Seconds until a node that refused an entry `refusals` (≥ 1) times in a row is asked again, give or take a quarter:
 * soon while the entry `isMissed`, that is, no other node reports it.
 */
export function refusalRetryDelayS(refusals: number, isMissed: boolean, random: () => number): number {
  const firstS = isMissed ? REFUSAL_RETRY_S.isMissed : REFUSAL_RETRY_S.isCovered;
  const delayS = Math.min(firstS * 2 ** (refusals - 1), REFUSAL_RETRY_LONGEST_S);
  return Math.floor(delayS * (0.75 + random() / 2));
}

const FAILURE_PAUSE_MS = 2_000;
const FAILURE_PAUSE_LONGEST_MS = 300_000;

/** Milliseconds to leave a node alone after `failures` (≥ 1) batches in a row got no usable answer. */
export function failurePauseMs(failures: number, random: () => number): number {
  const pauseMs = Math.min(FAILURE_PAUSE_MS * 2 ** (failures - 1), FAILURE_PAUSE_LONGEST_MS);
  return pauseMs * (0.5 + random() / 2);
}
