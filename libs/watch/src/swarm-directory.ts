import type { ListedNode } from './storage-node.ts';

/** Why there is no new list. The last good one stays in use. */
export type DirectoryFailure = 'unreachable' | 'timed-out' | 'too-large' | 'http-status' | 'rpc-error' | 'garbled';

export type DirectoryAnswer =
  | { readonly kind: 'listed'; readonly height: number; readonly nodes: readonly ListedNode[] }
  /** As at the last poll. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: DirectoryFailure };

/** Who knows the storage nodes and their swarms. */
export interface SwarmDirectory {
  /** Never rejects. One poll at a time. */
  poll(signal: AbortSignal): Promise<DirectoryAnswer>;
}
