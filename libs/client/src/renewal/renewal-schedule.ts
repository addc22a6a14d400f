import type { SubscribeOutcome } from '../outcome.ts';
import type { RelayError } from '../relay-error.ts';
import type { RenewalEntry, RenewalState } from './renewal-state.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

/** After a success; up to a tenth more, so that devices that once registered together spread. */
const RENEW_AFTER_MS = 12 * HOUR_MS;
const RENEW_JITTER = 0.1;
/** What will be renewed so soon goes along with what is due. */
const ALONG_MS = HOUR_MS;
const FIRST_CEILING_MS = 30 * SECOND_MS;
const HIGHEST_CEILING_MS = HOUR_MS;
/** Signatures end after 14 days. Nothing a relay asks for delays a renewal beyond this. */
const RENEW_AT_LAST_MS = 12 * DAY_MS;
/** No moment is ever planned further ahead, so one that is was written under another clock. */
const LONGEST_MS = 2 * DAY_MS;

export interface RenewalPlan {
  /** Keys to register now, in the order given. */
  readonly due: readonly string[];
  /** Unix milliseconds of the next one if none is due; `null`: not before something changes. */
  readonly nextAtMs: number | null;
}

/** What to register at `nowMs`, of all that `keys` name. A key the state does not know is due at once. */
export function planRenewal({ entries }: RenewalState, keys: readonly string[], nowMs: number): RenewalPlan {
  const isDueBy = (key: string, atMs: number): boolean => {
    const entry = entries[key];
    if (entry === undefined) return true;
    return entry.nextAtMs !== null && (entry.nextAtMs <= atMs || entry.nextAtMs > nowMs + LONGEST_MS);
  };
  if (keys.some((key) => isDueBy(key, nowMs))) {
    const goesAlong = (key: string): boolean => entries[key]?.failures === 0 && isDueBy(key, nowMs + ALONG_MS);
    return { due: keys.filter((key) => isDueBy(key, nowMs) || goesAlong(key)), nextAtMs: null };
  }
  const moments = keys.flatMap((key) => entries[key]?.nextAtMs ?? []);
  return { due: [], nextAtMs: moments.length === 0 ? null : Math.min(...moments) };
}

export interface RenewalAttempt {
  /** All that is wanted; entries of others are dropped. */
  readonly keys: readonly string[];
  /** What was sent. */
  readonly sent: readonly string[];
  /** What came of it, in that order; `null` where nothing is known. */
  readonly outcomes: readonly (SubscribeOutcome | null)[];
  /** What the request as a whole failed with. */
  readonly error: RelayError | null;
  /** Before signing. */
  readonly signedAtMs: number;
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The state after an attempt. */
export function settleRenewal(state: RenewalState, attempt: RenewalAttempt): RenewalState {
  const { keys, sent, outcomes, error, signedAtMs, nowMs } = attempt;
  // One draw for all: what was sent together stays together.
  const fraction = attempt.random();
  const settled = new Map(Object.entries(state.entries));
  sent.forEach((key, index) => {
    const before = settled.get(key) ?? { signedAtMs: null, failures: 0, nextAtMs: null };
    switch (verdictOn(outcomes[index] ?? null, error)) {
      case 'registered':
        settled.set(key, {
          signedAtMs,
          failures: 0,
          nextAtMs: nowMs + Math.floor(RENEW_AFTER_MS * (1 + RENEW_JITTER * fraction)),
        });
        break;
      case 'later':
        settled.set(key, retried(before, { afterMs: (error?.retryAfterS ?? 0) * SECOND_MS, nowMs, fraction }));
        break;
      case 'never':
        settled.set(key, { ...before, failures: before.failures + 1, nextAtMs: null });
        break;
    }
  });
  const wanted = new Set(keys);
  return { ...state, entries: Object.fromEntries([...settled].filter(([key]) => wanted.has(key))) };
}

type Verdict = 'registered' | 'later' | 'never';

function verdictOn(outcome: SubscribeOutcome | null, error: RelayError | null): Verdict {
  if (outcome?.kind === 'registered') return 'registered';
  if (outcome !== null) return outcome.code === 'bad-input' || outcome.code === 'unknown-service' ? 'never' : 'later';
  return error?.code === 'rejected' && (error.status === 400 || error.status === 403) ? 'never' : 'later';
}

interface Delay {
  /** Not before this, as the relay asked. */
  readonly afterMs: number;
  readonly nowMs: number;
  readonly fraction: number;
}

/** Exponential back-off with full jitter; what the relay asks for comes on top, up to the last safe moment. */
function retried(before: RenewalEntry, { afterMs, nowMs, fraction }: Delay): RenewalEntry {
  const failures = before.failures + 1;
  const ceilingMs = Math.min(FIRST_CEILING_MS * 2 ** (failures - 1), HIGHEST_CEILING_MS);
  const backOffMs = SECOND_MS + Math.floor(fraction * ceilingMs);
  const lastAtMs = before.signedAtMs === null ? Infinity : before.signedAtMs + RENEW_AT_LAST_MS;
  const nextAtMs = Math.min(nowMs + Math.min(afterMs, DAY_MS) + backOffMs, Math.max(lastAtMs, nowMs + backOffMs));
  return { ...before, failures, nextAtMs };
}
