import {
  accountFromKey,
  type AccountKey,
  nearestSwarm,
  type SwarmId,
  type SwarmRing,
  swarmRing,
  swarmSpace,
} from '@push/protocol';
import type { ListedNode, NodeKey, StorageNode } from './storage-node.ts';

/** Which swarms there are and which reachable nodes belong to them, as of one block. */
export class SwarmMap {
  readonly #ring: SwarmRing;
  readonly #members = new Map<SwarmId, StorageNode[]>();

  /**
   * Every listed node's swarm counts, reachable or not, or accounts would be looked for in the wrong one. A key that is
   * listed twice belongs to the first, as there is one link per key.
   */
  constructor(listed: readonly ListedNode[]) {
    const seen = new Set<NodeKey>();
    for (const { swarmId, node } of listed) {
      if (swarmId === null) continue;
      const members = this.#members.get(swarmId) ?? [];
      this.#members.set(swarmId, members);
      if (node === null || seen.has(node.key)) continue;
      seen.add(node.key);
      members.push(node);
    }
    this.#ring = swarmRing(this.#members.keys());
  }

  get swarmCount(): number {
    return this.#ring.length;
  }

  /** `null` while there is no swarm at all. */
  swarmOf(account: AccountKey): SwarmId | null {
    return nearestSwarm(this.#ring, swarmSpace(accountFromKey(account)));
  }

  membersOf(swarmId: SwarmId): readonly StorageNode[] {
    return this.#members.get(swarmId) ?? [];
  }

  /** Whether every account is in the same swarm by both maps, whoever the members are. */
  hasSameSwarmsAs(other: SwarmMap): boolean {
    return this.#ring.length === other.#ring.length && this.#ring.every((id, i) => id === other.#ring[i]);
  }
}
