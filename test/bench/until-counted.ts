import { setTimeout as wait } from 'node:timers/promises';
import { metricOf } from '../world/app.ts';

/** A counter of a process, at `/metrics` of its admin address. */
export interface Count {
  readonly adminUrl: string;
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Asking costs the process that is measured about a millisecond, so it is asked often only when the end is near. */
const SHORTEST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 100;
/** Without any progress. */
const PATIENCE_MS = 20_000;

export const countOf = ({ adminUrl, metric, labels }: Count): Promise<number> => metricOf({ adminUrl }, metric, labels);

/** Resolves within about 10 ms of the moment in which a counter that stood at `from` has grown by `growth`. */
export async function untilCounted(count: Count, from: number, growth: number): Promise<void> {
  const began = performance.now();
  let reached = from;
  let progressedAt = began;
  for (;;) {
    const now = await countOf(count);
    if (now >= from + growth) return;
    const atMs = performance.now();
    if (now !== reached) progressedAt = atMs;
    if (atMs - progressedAt > PATIENCE_MS) throw new Error(`${count.metric} stands at ${now - from} of ${growth}`);
    reached = now;
    const leftMs = now === from ? 0 : ((atMs - began) * (from + growth - now)) / (now - from);
    await wait(Math.min(Math.max(leftMs / 2, SHORTEST_WAIT_MS), LONGEST_WAIT_MS));
  }
}
