import type { UnsubscribeRequest } from '@push/protocol';
import type { Admission } from '@push/registry';
import { createHmac, randomBytes } from 'node:crypto';

export interface AllowanceLimits {
  /** Registrations that were not there before. */
  readonly newRegistrations: number;
  /** Requests of all kinds; beyond it only live registrations are renewed. */
  readonly requests: number;
}

/**
 * What one signature time of an account may still bring about. Storage nodes are shown signatures and could register devices
 * of their own with one; whoever holds the key signs at another second and has a fresh allowance.
 */
export interface Allowance {
  /** Whether this request may do more than renew. */
  readonly coversRequest: boolean;
  /** Takes one new registration; `false` when none is left. */
  readonly takeNew: Admission;
}

export interface Allowances {
  /** Counts the request. Only for requests whose signature was found good, or anybody could use up somebody's allowance. */
  readonly of: (request: Pick<UnsubscribeRequest, 'account' | 'subaccount' | 'signedAt'>) => Allowance;
}

/** Counters are forgotten after one to two of these. */
const PERIOD_MS = 3_600_000;
/** A period ends early when it has as many counters, about 15 MB. */
const MAX_COUNTERS = 100_000;

interface Counter {
  newRegistrations: number;
  requests: number;
}

/**
 * In the memory of this process alone, under a key that dies with it: what counts is nobody's business afterwards.
 * @param elapsedMs a clock that never goes back.
 */
export function createAllowances(limits: AllowanceLimits, elapsedMs = () => performance.now()): Allowances {
  const key = randomBytes(32);
  let current = new Map<string, Counter>();
  let before = new Map<string, Counter>();
  let beganAtMs = elapsedMs();

  const turn = (): void => {
    const ageMs = elapsedMs() - beganAtMs;
    if (ageMs < PERIOD_MS && current.size < MAX_COUNTERS) return;
    before = ageMs < 2 * PERIOD_MS ? current : new Map();
    current = new Map();
    beganAtMs += ageMs;
  };
  const counterOf = (name: string): Counter => {
    turn();
    const counter = current.get(name) ?? before.get(name) ?? { newRegistrations: 0, requests: 0 };
    current.set(name, counter);
    return counter;
  };

  return {
    of: ({ account, subaccount, signedAt }) => {
      const hmac = createHmac('sha256', key).update(account).update(`${signedAt}`);
      if (subaccount !== null) hmac.update(subaccount.tag);
      const counter = counterOf(hmac.digest('base64url').slice(0, 22));
      counter.requests += 1;
      const coversRequest = counter.requests <= limits.requests;
      return {
        coversRequest,
        takeNew: () => {
          if (!coversRequest || counter.newRegistrations >= limits.newRegistrations) return false;
          counter.newRegistrations += 1;
          return true;
        },
      };
    },
  };
}
