import type { UnsubscribeRequest } from '@push/protocol';
import type { Admission } from '@push/registry';
import { createHmac, randomBytes } from 'node:crypto';

export interface AdmissionLimits {
  /** Registrations, and ends, of what was not there before. */
  readonly newRegistrations: number;
  /** Requests of all kinds; after so many nothing new is admitted. */
  readonly requests: number;
}

/**
 * Counts a request and says what it may still bring about. Storage nodes are shown signatures and could register devices of
 * their own with one; whoever holds the key signs at another second, which counts by itself.
 *
 * Only for requests whose signature was found good: otherwise anybody could use up what is somebody else's.
 */
export type Admissions = (request: Pick<UnsubscribeRequest, 'account' | 'subaccount' | 'signedAt'>) => Admission;

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
export function createAdmissions(limits: AdmissionLimits, elapsedMs = () => performance.now()): Admissions {
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

  return ({ account, subaccount, signedAt }) => {
    const hmac = createHmac('sha256', key).update(account).update(`${signedAt}`);
    if (subaccount !== null) hmac.update(subaccount.tag);
    const counter = counterOf(hmac.digest('base64url').slice(0, 22));
    counter.requests += 1;
    const isCovered = counter.requests <= limits.requests;
    return () => {
      if (!isCovered || counter.newRegistrations >= limits.newRegistrations) return false;
      counter.newRegistrations += 1;
      return true;
    };
  };
}
