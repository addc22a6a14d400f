import { type Job, WaitingError } from 'bullmq';

/** The jobs a worker is busy with, so that at the end those which take too long can be given back. */
export class InFlight {
  readonly #jobs = new Map<Job, string>();
  #onIdle: (() => void) | null = null;

  /** Runs `task` for a job; if the job was given back meanwhile, BullMQ is told to leave it where it is. */
  async run(job: Job, token: string, task: () => Promise<void>): Promise<void> {
    this.#jobs.set(job, token);
    const [ended] = await Promise.allSettled([task()]);
    const isOurs = this.#jobs.delete(job);
    if (this.#jobs.size === 0) this.#onIdle?.();
    if (!isOurs) throw new WaitingError();
    if (ended.status === 'rejected') throw ended.reason;
  }

  /** Resolves once nothing is in flight. */
  async idle(): Promise<void> {
    if (this.#jobs.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Puts every job back to where any dispatcher can take it at once. */
  async giveBack(): Promise<void> {
    const jobs = [...this.#jobs];
    this.#jobs.clear();
    await Promise.allSettled(jobs.map(([job, token]) => job.moveToWait(token)));
  }
}
