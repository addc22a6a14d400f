import type { Brand, SwarmId } from '@push/protocol';

/** A storage node's X25519 key in lowercase hex. Public, and the node's name in maps. */
export type NodeKey = Brand<string, 'NodeKey'>;

/** A storage node that can be reached. */
export interface StorageNode {
  readonly key: NodeKey;
  /** An IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** One node of oxend's list. */
export interface ListedNode {
  /** `null` while the node belongs to no swarm. */
  readonly swarmId: SwarmId | null;
  /** `null` when the list lacks its key, address or port. */
  readonly node: StorageNode | null;
}
