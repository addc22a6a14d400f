/** Shares the event loop out, so that much that comes at once delays what comes after it by little. */
export interface Turns {
  /**
   * Resolves when it may go on. `request`: one that has just come; a turn of the loop has several, for {@link TURN_MS} in all.
   * `list`: one that has worked for a while and has more to do; a turn has one of these.
   */
  next(kind: 'request' | 'list'): Promise<void>;
}

/** About ten signature checks. Connections are read, and Redis is heard, between two turns. */
const TURN_MS = 3;

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
    const began = elapsedMs();
    while (elapsedMs() - began < TURN_MS && (await letOneGo('request')));
    await letOneGo('list');
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
