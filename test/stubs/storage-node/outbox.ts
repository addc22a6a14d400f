import type { Router } from 'zeromq';

const MAX_WAITING = 50_000;
const MAX_WAITING_BYTES = 64_000_000;

/** What became of the frames handed over; refused: no room here; dropped: no room at that peer; unreachable: no such peer. */
export interface OutboxCounts {
  sent: number;
  refused: number;
  dropped: number;
  unreachable: number;
}

/** One frame at a time onto a ROUTER, in order, never waiting for a slow peer and never holding more than its bounds. */
export class Outbox {
  readonly counts: OutboxCounts = { sent: 0, refused: 0, dropped: 0, unreachable: 0 };
  readonly #socket: Router;
  #waiting: Buffer[][] = [];
  #waitingBytes = 0;
  #isPumping = false;

  /** The socket must be mandatory and have a send time-out of 0, so that `send` fails instead of waiting. */
  constructor(socket: Router) {
    this.#socket = socket;
  }

  send(parts: readonly (Buffer | string)[]): void {
    const message = parts.map((part) => Buffer.from(part));
    const bytes = sizeOf(message);
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.counts.refused++;
      return;
    }
    this.#waiting.push(message);
    this.#waitingBytes += bytes;
    if (!this.#isPumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    while (this.#waiting.length > 0 && !this.#socket.closed) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const message of batch) {
        await this.#sendOne(message);
        this.#waitingBytes -= sizeOf(message);
      }
    }
    this.#isPumping = false;
  }

  async #sendOne(message: Buffer[]): Promise<void> {
    try {
      await this.#socket.send(message);
      this.counts.sent++;
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'EHOSTUNREACH';
      this.counts[isGone ? 'unreachable' : 'dropped']++;
    }
  }
}

const sizeOf = (message: readonly Buffer[]): number => message.reduce((sum, part) => sum + part.length, 0);
