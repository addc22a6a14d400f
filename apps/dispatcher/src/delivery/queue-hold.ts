import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import type { Service } from '@push/protocol';

export interface QueueHoldOptions {
  readonly service: Service;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Stops and restarts the taking of jobs in this process. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** No timer of Node runs longer; a wakeup does not live longer either. */
const LONGEST_MS = 86_400_000;
/** All that was in flight when a hold began says the same within seconds: a hold that grows by less is not told again. */
const TELL_FROM_MS = 60_000;

/**
 * Stops one queue of this process while its provider refuses everything, tells the operator once, and goes on by itself.
 * Other dispatchers of the service learn the same from their own answers.
 */
export class QueueHold implements Disposable {
  readonly #options: QueueHoldOptions;
  #timer: NodeJS.Timeout | null = null;
  /** Of `performance.now()`, while held. */
  #endsAtMs = 0;
  #isOver = false;

  constructor(options: QueueHoldOptions) {
    this.#options = options;
  }

  /** Holds the queue for `holdMs` from now; of several holds, the one that ends last counts. */
  begin(holdMs: number, reason: string): void {
    if (this.#isOver) return;
    const lastsMs = Math.min(holdMs, LONGEST_MS);
    const endsAtMs = performance.now() + lastsMs;
    const isHeld = this.#timer !== null;
    const growsByMs = isHeld ? endsAtMs - this.#endsAtMs : Infinity;
    if (growsByMs <= 0) return;
    const { service, ledger, metrics, pause } = this.#options;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), lastsMs);
    this.#endsAtMs = endsAtMs;
    if (growsByMs >= TELL_FROM_MS) ledger.record('queue.held', { service, reason, holdMs });
    if (isHeld) return;
    metrics.set('push_wakeup_queue_held', { service }, 1);
    pause();
  }

  #end(): void {
    const { service, ledger, metrics, resume } = this.#options;
    this.#timer = null;
    metrics.set('push_wakeup_queue_held', { service }, 0);
    ledger.record('queue.resumed', { service });
    resume();
  }

  /** Neither ends a hold nor begins one any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
