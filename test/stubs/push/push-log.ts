import type { Push } from './push.ts';

/** How many pushes are remembered; the oldest go first. */
const CAPACITY = 200_000;

export interface NextOptions {
  /** Only pushes with a greater `seq` count. Default: 0, any. */
  readonly after?: number;
  /** Default: 10 seconds. */
  readonly timeoutMs?: number;
  /** Ends the wait early, as if its time were up. */
  readonly signal?: AbortSignal;
}

type Waiter = (push: Push) => boolean;

/** What a stub provider accepted, and whoever waits for more: this is where a stub phone hears its wakeups. */
export class PushLog {
  readonly #pushes: Push[] = [];
  readonly #waiters = new Set<Waiter>();
  #lastSeq = 0;

  record(push: Omit<Push, 'seq'>): void {
    const recorded: Push = { seq: ++this.#lastSeq, ...push };
    this.#pushes.push(recorded);
    // In chunks, since shifting an array of this size on every push would be slow.
    if (this.#pushes.length > CAPACITY + 1_000) this.#pushes.splice(0, 1_000);
    for (const waiter of this.#waiters) if (waiter(recorded)) this.#waiters.delete(waiter);
  }

  /** Pushes with a greater `seq`, oldest first. */
  since(seq: number): readonly Push[] {
    const skipped = seq - ((this.#pushes[0]?.seq ?? 1) - 1);
    return this.#pushes.slice(Math.max(skipped, 0));
  }

  /** The oldest push to `token` after `after`, now or as soon as it comes; `null` when none came in time. */
  next(token: string, { after = 0, timeoutMs = 10_000, signal }: NextOptions = {}): Promise<Push | null> {
    const present = this.since(after).find((push) => push.token === token);
    if (present !== undefined || timeoutMs <= 0 || signal?.aborted) return Promise.resolve(present ?? null);
    return new Promise((resolve) => {
      const settle = (push: Push | null): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.#waiters.delete(waiter);
        resolve(push);
      };
      const giveUp = (): void => settle(null);
      const waiter: Waiter = (push) => {
        if (push.token !== token || push.seq <= after) return false;
        settle(push);
        return true;
      };
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
    });
  }
}
