/** How one task of a {@link Lane} came out. All but `done` and `threw` mean that the lane gave up on it. */
export type LaneOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Ran for longer than the time limit; its signal is aborted, its result is ignored. */
  | { readonly kind: 'late' }
  /** Waited for a place for as long as the time limit; never started. */
  | { readonly kind: 'crowded' }
  /** The lane was closed before a place came free; never started. */
  | { readonly kind: 'closed' };

export interface LaneOptions {
  readonly maxConcurrent: number;
  /** For the wait and for the task, each: a call takes at most twice as long. */
  readonly timeLimitMs: number;
}

/** Runs tasks side by side, but not too many and none for too long. Disposing waits for those that run. */
export interface Lane extends AsyncDisposable {
  /** Never rejects. The task must end soon after its signal aborts, since its place is given away then. */
  run<T>(task: (signal: AbortSignal) => Promise<T>): Promise<LaneOutcome<T>>;
}

export function createLane({ maxConcurrent, timeLimitMs }: LaneOptions): Lane {
  const calls = new Set<Promise<unknown>>();
  const waiting = new Set<(verdict: 'enter' | 'crowded' | 'closed') => void>();
  let free = maxConcurrent;
  let isClosed = false;

  const enter = (): Promise<'enter' | 'crowded' | 'closed'> => {
    if (isClosed) return Promise.resolve('closed');
    if (free > 0) {
      free -= 1;
      return Promise.resolve('enter');
    }
    return new Promise((resolve) => {
      const settle = (verdict: 'enter' | 'crowded' | 'closed'): void => {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve(verdict);
      };
      const timer = setTimeout(settle, timeLimitMs, 'crowded');
      waiting.add(settle);
    });
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next('enter');
  };

  const call = async <T>(task: (signal: AbortSignal) => Promise<T>): Promise<LaneOutcome<T>> => {
    const verdict = await enter();
    if (verdict !== 'enter') return { kind: verdict };
    const outcome = await within(task, timeLimitMs);
    leave();
    return outcome;
  };

  return {
    run: async (task) => {
      const called = call(task);
      calls.add(called);
      const outcome = await called;
      calls.delete(called);
      return outcome;
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      for (const settle of waiting) settle('closed');
      await Promise.all(calls);
    },
  };
}

async function within<T>(task: (signal: AbortSignal) => Promise<T>, timeLimitMs: number): Promise<LaneOutcome<T>> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LaneOutcome<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'late' });
      abort.abort();
    }, timeLimitMs);
  });
  const ended = (async (): Promise<LaneOutcome<T>> => {
    try {
      return { kind: 'done', value: await task(abort.signal) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  })();
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  return outcome;
}
