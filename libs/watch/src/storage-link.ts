import type { StorageNode } from './storage-node.ts';

/** What became of a request. */
export type LinkAnswer =
  | { readonly kind: 'answered'; readonly parts: readonly Uint8Array[] }
  /** The node said no to the command itself. */
  | { readonly kind: 'rejected' }
  | { readonly kind: 'timed-out' }
  /** The link was or went down. */
  | { readonly kind: 'down' };

/** Why bytes from a node were thrown away. */
export type DiscardReason = 'unknown-command' | 'unknown-tag' | 'malformed' | 'too-many-parts';

/** What a link tells its owner. Nothing here may throw. */
export interface LinkHandler {
  /** A new handshake: the node may have restarted and forgotten every subscription. */
  up(): void;
  down(): void;
  /** Body of a `notify.message`. Copy what is kept: the frame holds the message's body too. */
  notified(body: Uint8Array): void;
  discarded(reason: DiscardReason): void;
}

/** A connection to one storage node that heals itself until closed. */
export interface StorageLink {
  /** Never rejects. One request at a time is enough for everybody; more are sent one after another. */
  request(command: string, body: Uint8Array, timeoutMs: number): Promise<LinkAnswer>;
  /** Afterwards the handler hears nothing more. */
  close(): void;
}

export interface LinkFactory extends AsyncDisposable {
  open(node: StorageNode, handler: LinkHandler): StorageLink;
}
