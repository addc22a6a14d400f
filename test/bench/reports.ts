/** What the storage nodes of the benchmark report, and to whom. */
export const RECEIVERS = ['watcher', 'bare'] as const;
export type Receiver = (typeof RECEIVERS)[number];

/** Each member of a swarm reports each message. */
export const MEMBERS = 7;

/** What nodes attach for today's clients: a padded, sealed text message. */
export const MESSAGE_BYTES = 1_024;

/** The messages of one round: one for each of so many accounts. */
export interface ReportOrder {
  readonly seed: string;
  readonly count: number;
  readonly round: number;
  /** When they were stored, in milliseconds since 1970. */
  readonly storedMs: number;
}

/** A node as a bare receiver needs to know it; the key in hexadecimal. */
export interface BareNode {
  readonly pubkeyX25519: string;
  readonly omqPort: number;
}

/** What the process of the storage nodes tells when it is ready. */
export interface NodesReady {
  readonly oxendUrl: string;
  readonly bareNodes: readonly BareNode[];
}
