import type { LinkAnswer, LinkHandler, StorageLink } from '@push/watch';
import type { Connection, ConnectionHandler } from './connection.ts';
import { readFrame } from './frames.ts';
import { localLimitOf } from './local-limit.ts';
import { PendingRequests } from './pending-requests.ts';
import type { LinkEnd } from './retry-delay.ts';
import type { Turns } from './turns.ts';

export interface OxenmqLinkOptions {
  readonly connect: (handler: ConnectionHandler) => Connection;
  readonly handler: LinkHandler;
  /** Attempts of all links, from their beginning until they are up or have failed. */
  readonly attempts: Turns;
  /** Milliseconds to wait after `failures` (≥ 1) in a row. */
  readonly delayMs: (end: LinkEnd, failures: number) => number;
  readonly fault: (error: unknown) => void;
}

/** A connection that lasted this long was a success; one that ends sooner counts as one more failure. */
const LASTING_MS = 30_000;

/** Keeps one node connected, attempt after attempt, until closed. */
export class OxenmqLink implements StorageLink {
  readonly #options: OxenmqLinkOptions;
  readonly #requests = new PendingRequests();
  #connection: Connection | null = null;
  #upSinceMs: number | null = null;
  #failures = 0;
  #retry: NodeJS.Timeout | null = null;
  #endAttempt: () => void;

  constructor(options: OxenmqLinkOptions) {
    this.#options = options;
    this.#endAttempt = this.#attempt();
  }

  async request(command: string, body: Uint8Array, timeoutMs: number): Promise<LinkAnswer> {
    if (this.#connection === null || this.#upSinceMs === null) return { kind: 'down' };
    const { tag, answer } = this.#requests.begin(command, timeoutMs);
    this.#connection.send([command, tag, body]);
    return answer;
  }

  close(): void {
    this.#endAttempt();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#connection?.close();
    this.#connection = null;
    this.#upSinceMs = null;
    this.#requests.settleAll({ kind: 'down' });
  }

  #attempt(): () => void {
    return this.#options.attempts.take(() => this.#connect());
  }

  #connect(): void {
    try {
      this.#connection = this.#open();
    } catch (error) {
      // Ours to report, and it may pass.
      this.#options.fault(error);
      this.#ended(localLimitOf(error) === null ? 'lost' : 'no-resources');
    }
  }

  #open(): Connection {
    return this.#options.connect({
      up: () => {
        this.#endAttempt();
        this.#upSinceMs = performance.now();
        this.#options.handler.up();
      },
      received: (parts) => this.#received(parts),
      ended: () => this.#ended('lost'),
      fault: this.#options.fault,
    });
  }

  #ended(end: LinkEnd): void {
    this.#endAttempt();
    const upSinceMs = this.#upSinceMs;
    const hasLasted = upSinceMs !== null && performance.now() - upSinceMs >= LASTING_MS;
    this.#connection = null;
    this.#upSinceMs = null;
    this.#failures = hasLasted ? 1 : this.#failures + 1;
    this.#requests.settleAll({ kind: 'down' });
    this.#retry = setTimeout(() => (this.#endAttempt = this.#attempt()), this.#options.delayMs(end, this.#failures));
    if (upSinceMs !== null) this.#options.handler.down();
  }

  #received(parts: readonly Uint8Array[]): void {
    const { handler } = this.#options;
    const frame = readFrame(parts);
    switch (frame.kind) {
      case 'notify':
        handler.notified(frame.body);
        return;
      case 'reply':
        if (!this.#requests.settle(frame.tag, { kind: 'answered', parts: frame.parts })) {
          handler.discarded('unknown-tag');
        }
        return;
      case 'rejected':
        if (!this.#requests.settle(frame.tag, { kind: 'rejected' })) handler.discarded('unknown-tag');
        return;
      case 'unknown-here':
        if (!this.#requests.rejectCommand(frame.command)) handler.discarded('unknown-command');
        return;
      case 'hello':
        return;
      case 'bye':
        this.#connection?.close();
        this.#ended('lost');
        return;
      case 'flood':
        handler.discarded('too-many-parts');
        this.#connection?.close();
        this.#ended('flooded');
        return;
      case 'unreadable':
        handler.discarded(frame.reason);
    }
  }
}
