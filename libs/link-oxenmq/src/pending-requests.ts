import { randomBytes } from 'node:crypto';
import type { LinkAnswer } from '@push/watch';

const TAG_BYTES = 15;

interface PendingRequest {
  readonly command: string;
  readonly timer: NodeJS.Timeout;
  readonly settle: (answer: LinkAnswer) => void;
}

/** Requests a node has not answered, by their tags. */
export class PendingRequests {
  readonly #byTag = new Map<string, PendingRequest>();

  /** @returns the tag to send and what will become of it */
  begin(command: string, timeoutMs: number): { readonly tag: Buffer; readonly answer: Promise<LinkAnswer> } {
    const tag = randomBytes(TAG_BYTES);
    const key = tag.toString('latin1');
    const answer = new Promise<LinkAnswer>((resolve) => {
      const timer = setTimeout(() => this.settle(key, { kind: 'timed-out' }), timeoutMs);
      this.#byTag.set(key, { command, timer, settle: resolve });
    });
    return { tag, answer };
  }

  /** @returns whether anybody waited for it */
  settle(tag: string, answer: LinkAnswer): boolean {
    const request = this.#byTag.get(tag);
    if (request === undefined) return false;
    this.#byTag.delete(tag);
    clearTimeout(request.timer);
    request.settle(answer);
    return true;
  }

  /** For answers without a tag: settles every request for `command`. */
  rejectCommand(command: string): boolean {
    const tags = [...this.#byTag].filter(([, request]) => request.command === command).map(([tag]) => tag);
    for (const tag of tags) this.settle(tag, { kind: 'rejected' });
    return tags.length > 0;
  }

  settleAll(answer: LinkAnswer): void {
    for (const tag of this.#byTag.keys()) this.settle(tag, answer);
  }
}
