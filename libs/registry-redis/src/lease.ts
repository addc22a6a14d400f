import type { RedisConnection } from '@push/redis';
import { randomInt, randomUUID } from 'node:crypto';

/** Keeps other relays away from one registration for a short while. */
export interface Lease {
  /** False once so much of it has passed that a write might arrive after its end. */
  readonly isFresh: boolean;
  /** Gives it back unless it has passed to somebody else. Never rejects: a lease ends by itself. */
  release(): Promise<void>;
}

export interface LeaseTerms {
  readonly lengthMs: number;
  /** How long to wait for another holder. */
  readonly patienceMs: number;
}

export const LEASE_TERMS: LeaseTerms = { lengthMs: 10_000, patienceMs: 3_000 };

/** Deletes the lease only while it is ours. */
const RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Null when, `patienceMs` after `startedAt` (of performance.now), somebody else still holds it. */
export async function takeLease(
  connection: RedisConnection,
  name: string,
  startedAt: number,
  { lengthMs, patienceMs }: LeaseTerms = LEASE_TERMS,
): Promise<Lease | null> {
  const holder = randomUUID();
  for (;;) {
    const askedAt = performance.now();
    if (askedAt - startedAt > patienceMs) return null;
    if ((await connection.set(name, holder, 'PX', lengthMs, 'NX')) === 'OK') {
      return {
        get isFresh() {
          return performance.now() - askedAt < lengthMs / 2;
        },
        release: async () => {
          await connection.eval(RELEASE, 1, name, holder).catch(() => {});
        },
      };
    }
    await new Promise((resolve) => setTimeout(resolve, randomInt(10, 60)));
  }
}
