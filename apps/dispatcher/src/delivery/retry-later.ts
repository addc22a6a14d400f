import { retryDelayMs } from '@push/dispatch';

/**
 * Thrown out of a job so that BullMQ keeps it and runs it again after `delayMs`. BullMQ stores the message with the job,
 * so it is one of these words and nothing else.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly code: 'retried' | 'held' | 'fault';
  readonly delayMs: number;

  constructor(code: 'retried' | 'held' | 'fault', delayMs: number) {
    super(code);
    this.code = code;
    this.delayMs = delayMs;
  }

  /** Milliseconds until the job that ended with `error` at its `attempt`-th run is due again. */
  static delayOf(this: void, attempt: number, error: Error): number {
    return error instanceof RetryLater
      ? error.delayMs
      : retryDelayMs({ attempt, afterMs: null, random: () => Math.random() });
  }
}
