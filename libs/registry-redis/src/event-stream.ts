import type { RedisConnection } from '@push/redis';

/** `feed`: ids of watches that changed. `dead`: ids of devices that are gone. */
export type StreamName = 'feed' | 'dead';

export interface EventStream extends Disposable {
  /** Appends `id`; resolves with the event's number once it is stored. */
  append(id: string): Promise<number>;
  /** Trims what is older than an hour; renews the expiry if anything was appended. Runs by itself every minute. */
  tend(): Promise<void>;
}

export interface EventStreamOptions {
  readonly connection: RedisConnection;
  readonly name: StreamName;
  readonly field: 'w' | 'd';
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const KEPT_MS = 3_600_000;
const TENDING_MS = 60_000;
const LIFETIME_S = 14 * 86_400;

/**
 * A stream of ids whose own ids are `1-0`, `1-1`, …: counters, so that a reader notices a gap, and no times, which would
 * join an entry with the record it names. Its age is therefore remembered here: how far it had grown, and when.
 */
export function createEventStream({ connection, name, field, now }: EventStreamOptions): EventStream {
  let newest: number | null = null;
  let isExpirySet = false;
  let hasGrown = false;
  let marks: { readonly atMs: number; readonly newest: number }[] = [];
  // A server that lost the stream starts it anew, without an expiry.
  connection.on('close', () => {
    isExpirySet = false;
  });

  const tend = async (): Promise<void> => {
    const nowMs = now();
    // Only for what was appended: renewing by the clock would keep alive what a writer that is gone can no longer trim.
    if (hasGrown) {
      hasGrown = false;
      await connection.expire(name, LIFETIME_S);
    }
    const old = marks.findLast(({ atMs }) => nowMs - atMs >= KEPT_MS);
    if (old !== undefined) {
      await connection.xtrim(name, 'MINID', `1-${old.newest + 1}`);
      marks = marks.filter(({ atMs }) => atMs > old.atMs);
    }
    if (newest !== null && newest !== marks.at(-1)?.newest) marks.push({ atMs: nowMs, newest });
  };
  const timer = setInterval(() => void tend().catch(() => {}), TENDING_MS).unref();

  return {
    append: async (id) => {
      const entry = await connection.xadd(name, '1-*', field, id);
      const number = numberOf(entry ?? '');
      newest = Math.max(newest ?? -1, number);
      hasGrown = true;
      if (!isExpirySet) {
        await connection.expire(name, LIFETIME_S);
        isExpirySet = true;
      }
      return number;
    },
    tend,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The counter of a stream id `1-<n>`; -1 for another shape. */
export function numberOf(streamId: string): number {
  return Number(/^1-(\d{1,15})$/.exec(streamId)?.[1] ?? -1);
}
