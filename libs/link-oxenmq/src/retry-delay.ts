import { reconnectDelayMs } from '@push/watch';

/**
 * Why there is no connection. `lost`: it could not be made, or broke. `flooded`: the node sent what no node sends, at a
 * price to all others. `no-resources`: none could be opened here.
 */
export type LinkEnd = 'lost' | 'flooded' | 'no-resources';

/** Its swarm has other members, and each such message may stall the process for seconds. */
const FLOODED_DELAY_MS = 300_000;
const NO_RESOURCES_DELAY_MS = 30_000;

/** Milliseconds until the next attempt after `failures` (≥ 1) in a row; half of them are random, in [0, 1). */
export function retryDelayMs(end: LinkEnd, failures: number, random: () => number): number {
  if (end === 'lost') return reconnectDelayMs(failures, random);
  return (end === 'flooded' ? FLOODED_DELAY_MS : NO_RESOURCES_DELAY_MS) * (0.5 + random() / 2);
}
