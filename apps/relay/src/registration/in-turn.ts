import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Starts `handle` on one item after the other and lets at most `limit` run at once. Between two starts the event loop has
 * a turn, so that the signature checks at the beginning of each do not hold up other requests for longer than one check.
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
  for (const item of items) {
    if (running.size >= limit) await Promise.race(running);
    const result = handle(item);
    const settled: Promise<unknown> = result.then(() => running.delete(settled));
    running.add(settled);
    results.push(result);
    await nextTurn();
  }
  return Promise.all(results);
}
