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

/**
 * Stops one queue of this process while its provider refuses everything, tells the operator once, and goes on by itself.
 * Other dispatchers of the service learn the same from their own answers.
 */
export class QueueHold implements Disposable {
  readonly #options: QueueHoldOptions;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(options: QueueHoldOptions) {
    this.#options = options;
  }

  /** Does nothing while the queue is held already: what was in flight then says the same. */
  begin(holdMs: number, reason: string): void {
    if (this.#timer !== null || this.#isOver) return;
    const { service, ledger, metrics, pause } = this.#options;
    this.#timer = setTimeout(() => this.#end(), Math.min(holdMs, LONGEST_MS));
    metrics.set('push_wakeup_queue_held', { service }, 1);
    ledger.record('queue.held', { service, reason, holdMs });
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
