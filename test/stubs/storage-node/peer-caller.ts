import type { KeyPair } from '../wire/sodium.ts';
import { PeerLink, type PeerOutcome, type PeerTarget } from './peer-link.ts';

export interface PeerCallerOptions {
  /** The node's own X25519 pair, by which the others know it. */
  readonly keys: KeyPair;
  readonly timeoutMs: number;
  /** A connection without a request for this long is closed. */
  readonly idleMs: number;
  /** Default 64. */
  readonly maxLinks?: number;
}

/** The calling side of OxenMQ between nodes: one connection to each of a bounded number of nodes, kept for reuse. */
export class PeerCaller implements AsyncDisposable {
  readonly #options: PeerCallerOptions;
  /** The one used last at the end. */
  readonly #links = new Map<string, PeerLink>();
  #isClosed = false;

  constructor(options: PeerCallerOptions) {
    this.#options = options;
  }

  get linkCount(): number {
    return this.#links.size;
  }

  /** Never throws, and resolves within the time limit. `full` when every connection there may be is busy. */
  async request(target: PeerTarget, command: string, part: Buffer): Promise<PeerOutcome | { readonly kind: 'full' }> {
    if (this.#isClosed) return { kind: 'silent' };
    try {
      const link = this.#linkTo(target);
      return link === null ? { kind: 'full' } : await link.request(command, part, this.#options.timeoutMs);
    } catch {
      return { kind: 'silent' };
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const link of this.#links.values()) link.close();
    return Promise.resolve();
  }

  #linkTo(target: PeerTarget): PeerLink | null {
    const address = `${target.pubkeyX25519} ${target.ip} ${target.omqPort}`;
    const known = this.#links.get(address);
    if (known === undefined && !this.#hasRoom()) return null;
    const { keys, idleMs } = this.#options;
    const link = known ?? new PeerLink(target, keys, { idleMs, onClosed: () => this.#links.delete(address) });
    this.#links.delete(address);
    this.#links.set(address, link);
    return link;
  }

  /** Makes room by closing the connection that has been idle longest. */
  #hasRoom(): boolean {
    if (this.#links.size < (this.#options.maxLinks ?? 64)) return true;
    const idle = [...this.#links.values()].find((link) => !link.isBusy);
    idle?.close();
    return idle !== undefined;
  }
}
