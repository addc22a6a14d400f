import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** About three signature checks. */
const TURN_MS = 1;

/** The turn that was last asked for. One for all lists, as they share one event loop. */
let lastTurn: Promise<unknown> = Promise.resolve();

/** Resolves for one list in each turn of the event loop, so that many long lists delay others no more than one does. */
function nextTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => turnOfTheLoop());
  return lastTurn;
}

/**
 * Starts `handle` on one item after the other and lets at most `limit` run at once. The event loop has a turn as soon as the
 * starts have taken {@link TURN_MS}, so that the signature checks of a long list do not hold up other requests.
 *
 * @param handle must not reject.
 * @returns the results in the order of the items.
 */
export async function inTurn<T, R>(
  items: readonly T[],
  limit: number,
  handle: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: Promise<R>[] = [];
  const running = new Set<Promise<unknown>>();
  let turnBegan = performance.now();
  for (const item of items) {
    if (running.size >= limit) await Promise.race(running);
    const result = handle(item);
    const settled: Promise<unknown> = result.then(() => running.delete(settled));
    running.add(settled);
    results.push(result);
    if (performance.now() - turnBegan < TURN_MS) continue;
    await nextTurn();
    turnBegan = performance.now();
  }
  return Promise.all(results);
}
