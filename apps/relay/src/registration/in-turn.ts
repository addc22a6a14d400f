import type { Turns } from '../load/turns.ts';

/** About three signature checks. */
const PORTION_MS = 1;

export interface InTurnOptions<T, R> {
  readonly turns: Pick<Turns, 'next'>;
  /** Items that are under way at once. */
  readonly limit: number;
  /** Must not reject. */
  readonly handle: (item: T) => Promise<R>;
}

/**
 * Starts `handle` on one item after the other. The list waits for another turn as soon as the starts have taken
 * {@link PORTION_MS}, so that the signature checks of a long list do not hold up other requests.
 *
 * @returns the results in the order of the items.
 */
export async function inTurn<T, R>(
  items: readonly T[],
  { turns, limit, handle }: InTurnOptions<T, R>,
): Promise<readonly R[]> {
  const results: Promise<R>[] = [];
  const running = new Set<Promise<unknown>>();
  let began = performance.now();
  for (const item of items) {
    if (running.size >= limit) await Promise.race(running);
    const result = handle(item);
    const settled: Promise<unknown> = result.then(() => running.delete(settled));
    running.add(settled);
    results.push(result);
    if (performance.now() - began < PORTION_MS) continue;
    await turns.next('list');
    began = performance.now();
  }
  return Promise.all(results);
}
