/** The id of a service node that belongs to no swarm. */
export const NO_SWARM = 0xffff_ffff_ffff_ffffn;
const RING = 1n << 64n;

/** Where an account lives on the 64-bit ring: the XOR of the four big-endian words of its key, without the prefix. */
export function swarmSpaceOf(account: Uint8Array): bigint {
  const key = Buffer.from(account).subarray(1);
  return [0, 8, 16, 24].reduce((space, offset) => space ^ key.readBigUInt64BE(offset), 0n);
}

/**
 * The nearest of `swarmIds` on the ring. An account half-way between two belongs to its lower neighbour: the id one
 * meets walking down the ring from the account. `NO_SWARM` among the ids counts for nothing. Null without any swarm.
 */
export function swarmOf(account: Uint8Array, swarmIds: Iterable<bigint>): bigint | null {
  const space = swarmSpaceOf(account);
  let best: { readonly id: bigint; readonly distance: bigint; readonly isBelow: boolean } | null = null;
  for (const id of swarmIds) {
    if (id === NO_SWARM) continue;
    const down = (space - id + RING) % RING;
    const up = (id - space + RING) % RING;
    const isBelow = down <= up;
    const distance = isBelow ? down : up;
    if (best === null || distance < best.distance || (distance === best.distance && isBelow && !best.isBelow)) {
      best = { id, distance, isBelow };
    }
  }
  return best?.id ?? null;
}
