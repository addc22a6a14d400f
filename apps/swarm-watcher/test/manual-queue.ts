import { type Wakeup, type WakeupQueue, WakeupQueueUnavailable } from '@push/wakeups';

/** A queue whose every answer the test decides, or that answers at once. */
export class ManualQueue implements WakeupQueue {
  /** Every attempt so far. */
  readonly attempts: Wakeup[] = [];
  readonly #pending: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #waiting: (() => void)[] = [];
  mode: 'works' | 'fails' | 'asks' = 'works';

  add(wakeup: Wakeup): Promise<void> {
    this.attempts.push(wakeup);
    for (const wake of this.#waiting.splice(0)) wake();
    switch (this.mode) {
      case 'works':
        return Promise.resolve();
      case 'fails':
        return Promise.reject(new WakeupQueueUnavailable('unreachable'));
      case 'asks':
        return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }));
    }
  }

  /** Answers the oldest attempt that waits for it. */
  answer(isQueued: boolean): void {
    const attempt = this.#pending.shift();
    if (isQueued) attempt?.resolve();
    else attempt?.reject(new WakeupQueueUnavailable('unreachable'));
  }

  async untilAttempts(count: number): Promise<void> {
    while (this.attempts.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
