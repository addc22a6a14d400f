/** Shares the event loop out, so that much that comes at once delays what comes after it by little. */
export interface Turns {
  /**
   * Resolves when it may go on. `request`: one that has just come. `list`: one that has worked for a while and has more to do.
   * A turn of the loop has several of each, for so long as {@link SHARE_MS} says.
   */
  next(kind: 'request' | 'list'): Promise<void>;
}

/** In milliseconds. Connections are read, and Redis is heard, between two turns. */
const SHARE_MS = { request: 3, list: 2 } as const;

export function createTurns(elapsedMs = () => performance.now()): Turns {
  const waiting = { request: new Set<() => void>(), list: new Set<() => void>() };
  let isScheduled = false;

  const letOneGo = async (kind: 'request' | 'list'): Promise<boolean> => {
    const [go] = waiting[kind];
    if (go === undefined) return false;
    waiting[kind].delete(go);
    go();
    // Until it waits for something itself.
    await Promise.resolve();
    return true;
  };
  const turn = async (): Promise<void> => {
    for (const kind of ['request', 'list'] as const) {
      const began = elapsedMs();
      while (elapsedMs() - began < SHARE_MS[kind] && (await letOneGo(kind)));
    }
    isScheduled = false;
    if (waiting.request.size + waiting.list.size > 0) schedule();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => void turn());
  };

  return {
    next: (kind) =>
      new Promise((resolve) => {
        waiting[kind].add(resolve);
        schedule();
      }),
  };
}
