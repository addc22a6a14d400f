import type { AccountId, Brand, SwarmId, SwarmSpace } from './bytes.ts';

/** The ids of all swarms, ascending, each once. */
export type SwarmRing = Brand<BigUint64Array, 'SwarmRing'>;

/** Where an account lies on the ring: the XOR of the four big-endian 64-bit words of its key, prefix left out. */
export function swarmSpace(account: AccountId): SwarmSpace {
  const view = new DataView(account.buffer, account.byteOffset + 1, 32);
  const word = (i: number): bigint => view.getBigUint64(i * 8);
  return (word(0) ^ word(1) ^ word(2) ^ word(3)) as SwarmSpace;
}

/** Takes the ids of ALL listed nodes, usable or not: a swarm left out would take its accounts to the wrong one. */
export function swarmRing(ids: Iterable<SwarmId>): SwarmRing {
  return BigUint64Array.from(new Set(ids)).sort() as SwarmRing;
}

/** The swarm nearest to `space` on the 64-bit ring; on a tie the lower neighbour. `null` when there are no swarms. */
export function nearestSwarm(ring: SwarmRing, space: SwarmSpace): SwarmId | null {
  const at = firstAtLeast(ring, space);
  const above = ring[at % ring.length];
  const below = ring[(at + ring.length - 1) % ring.length];
  if (above === undefined || below === undefined) return null;
  const up = BigInt.asUintN(64, above - space);
  const down = BigInt.asUintN(64, space - below);
  return (up < down ? above : below) as SwarmId;
}

/** Index of the first id that is not below `space`; `ring.length` when all are. */
function firstAtLeast(ring: SwarmRing, space: SwarmSpace): number {
  let from = 0;
  let to = ring.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ring[middle] as bigint) < space) from = middle + 1;
    else to = middle;
  }
  return from;
}
