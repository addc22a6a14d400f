import { WAKEUP_LIFETIME_MS } from '@push/wakeups';
import type { Verdict } from './push-transport.ts';
import { retryDelayMs } from './retry-policy.ts';

/** What to do with a wakeup, its device and its queue after the provider answered. */
export type Decision =
  | { readonly kind: 'finish'; readonly outcome: 'sent' | 'suspect' | 'bug' }
  /** Forget the device, then finish. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Send nothing of this queue for `holdMs`; this wakeup is due again after `delayMs`. */
  | { readonly kind: 'hold'; readonly holdMs: number; readonly delayMs: number };

export interface Situation {
  /** The wakeup's minute. */
  readonly minute: number;
  /** Attempts so far, this one included. */
  readonly attempt: number;
  /** Days since 1970 (UTC), rounded up. */
  readonly registeredOn: number;
  readonly nowMs: number;
  readonly random: () => number;
}

const DAY_MS = 86_400_000;
/** How long a queue is held when the provider names no time: an operator who mends a credential waits no longer. */
const HOLD_MS = 60_000;

export function decide(verdict: Verdict, situation: Situation): Decision {
  switch (verdict.kind) {
    case 'done':
      return { kind: 'finish', outcome: 'sent' };
    case 'bug':
      return { kind: 'finish', outcome: 'bug' };
    case 'dead':
      return isDead(verdict, situation.registeredOn) ? { kind: 'forget' } : { kind: 'finish', outcome: 'suspect' };
    case 'retry':
      return { kind: 'retry', delayMs: delayMs(situation, verdict.afterMs) };
    case 'hold': {
      const holdMs = Math.max(verdict.afterMs ?? HOLD_MS, 0);
      return { kind: 'hold', holdMs, delayMs: delayMs(situation, holdMs) };
    }
  }
}

/**
 * A token is given up only on a verdict that a wrong credential or topic cannot cause, and only if the provider dates it
 * after the registration: the same token may have been registered anew since. The day of registration is rounded up, so
 * a date on that day does not count.
 */
function isDead({ isCertain, sinceMs }: Extract<Verdict, { kind: 'dead' }>, registeredOn: number): boolean {
  return isCertain && (sinceMs === null || sinceMs >= registeredOn * DAY_MS);
}

/** Never past the wakeup's lifetime: at its end it is looked at once more and counted as expired. */
function delayMs({ minute, attempt, nowMs, random }: Situation, afterMs: number | null): number {
  const leftMs = minute * 60_000 + WAKEUP_LIFETIME_MS - nowMs;
  return Math.max(1, Math.min(retryDelayMs({ attempt, afterMs, random }), leftMs));
}
