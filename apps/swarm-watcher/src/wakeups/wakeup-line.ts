import { Inject, Injectable } from '@nestjs/common';
import { describeFault } from '@push/ledger';
import type { Wakeup, WakeupQueue } from '@push/wakeups';
import { WAKEUP_QUEUE, WATCHER_SERVICES, type WatcherServices } from '../watcher-services.ts';

/** A wakeup, and what becomes of it: one promise for all who wait, however many messages it stands for. */
interface Waiting {
  readonly wakeup: Wakeup;
  readonly isQueued: Promise<boolean>;
  readonly settle: (isQueued: boolean) => void;
}

/** Commands under way to Redis at once. */
const MOST_IN_FLIGHT = 512;
/** Wakeups that may wait while Redis is away, at some 500 bytes each. */
const MOST_WAITING = 200_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Between a report and the queue: what is owed while Redis is away. One wakeup waits for each device and urgency, the
 * newest; urgent ones go first. A wakeup that is being queued is not waiting any more: a message that comes meanwhile
 * may be newer than what the queue already gave away, so it gets a wakeup of its own.
 */
@Injectable()
export class WakeupLine {
  readonly #lines = { urgent: new Map<string, Waiting>(), quiet: new Map<string, Waiting>() };
  readonly #queue: WakeupQueue;
  readonly #services: WatcherServices;
  #inFlight = 0;
  #pause: NodeJS.Timeout | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #failingSinceMs: number | null = null;
  #whenEmpty: (() => void)[] = [];
  #isClosed = false;

  constructor(@Inject(WAKEUP_QUEUE) queue: WakeupQueue, @Inject(WATCHER_SERVICES) services: WatcherServices) {
    this.#queue = queue;
    this.#services = services;
  }

  /** How many wait or are under way. */
  get size(): number {
    return this.#lines.urgent.size + this.#lines.quiet.size + this.#inFlight;
  }

  /** Resolves to `true` once the wakeup is safe in the queue, however long that takes; to `false` if it was given up. */
  send(wakeup: Wakeup): Promise<boolean> {
    const line = this.#lines[wakeup.urgency];
    const isFull = this.size >= MOST_WAITING && !line.has(wakeup.deviceId);
    if (this.#isClosed || isFull) {
      this.#lost(1, this.#isClosed ? 'shutdown' : 'overflow');
      return Promise.resolve(false);
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const before = line.get(wakeup.deviceId) ?? { isQueued: promise, settle: resolve };
    line.set(wakeup.deviceId, { ...before, wakeup });
    this.#advance();
    return before.isQueued;
  }

  /** Redis is back: no need to wait for the end of the pause. */
  resume(): void {
    if (this.#pause === null) return;
    clearTimeout(this.#pause);
    this.#pause = null;
    this.#advance();
  }

  /** Waits until everything is queued, `limitMs` at most, and gives up the rest. Nothing is taken after it. */
  async close(limitMs: number): Promise<void> {
    this.resume();
    if (this.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#whenEmpty.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.#isClosed = true;
    if (this.#pause !== null) clearTimeout(this.#pause);
    const rest = [...this.#lines.urgent.values(), ...this.#lines.quiet.values()];
    if (this.size > 0) this.#lost(this.size, 'shutdown');
    for (const { settle } of rest) settle(false);
    this.#lines.urgent.clear();
    this.#lines.quiet.clear();
  }

  #advance(): void {
    while (this.#pause === null && !this.#isClosed && this.#inFlight < MOST_IN_FLIGHT) {
      const next = this.#take();
      if (next === null) break;
      void this.#add(next);
    }
    if (this.size === 0) for (const tell of this.#whenEmpty.splice(0)) tell();
  }

  #take(): Waiting | null {
    for (const line of [this.#lines.urgent, this.#lines.quiet]) {
      for (const [deviceId, waiting] of line) {
        line.delete(deviceId);
        return waiting;
      }
    }
    return null;
  }

  async #add(waiting: Waiting): Promise<void> {
    this.#inFlight += 1;
    const { metrics } = this.#services;
    try {
      await this.#queue.add(waiting.wakeup);
      metrics.count('push_wakeups_queued_total', { urgency: waiting.wakeup.urgency });
      this.#succeeded();
      waiting.settle(true);
    } catch (error) {
      metrics.count('push_wakeup_queue_failures_total', {});
      this.#giveBack(waiting);
      this.#failed(error);
    }
    this.#inFlight -= 1;
    this.#advance();
  }

  /** Another wakeup of the same device that waits meanwhile stands for this one, too. */
  #giveBack(waiting: Waiting): void {
    const { wakeup, settle } = waiting;
    const line = this.#lines[wakeup.urgency];
    const other = line.get(wakeup.deviceId);
    if (other === undefined) line.set(wakeup.deviceId, waiting);
    else {
      if (other.wakeup.minute < wakeup.minute) line.set(wakeup.deviceId, { ...other, wakeup });
      void other.isQueued.then(settle);
    }
  }

  #failed(error: unknown): void {
    const { clock, ledger } = this.#services;
    if (this.#failingSinceMs === null) {
      this.#failingSinceMs = clock.nowMs();
      ledger.record('wakeups.owed', { code: describeFault(error).code });
    }
    if (this.#pause !== null || this.#isClosed) return;
    this.#pause = setTimeout(() => this.resume(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #succeeded(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#failingSinceMs === null) return;
    const { clock, ledger } = this.#services;
    ledger.record('wakeups.settled', { owedMs: clock.nowMs() - this.#failingSinceMs });
    this.#failingSinceMs = null;
  }

  #lost(wakeups: number, cause: 'overflow' | 'shutdown'): void {
    const { metrics, ledger } = this.#services;
    metrics.count('push_wakeups_lost_total', { cause }, wakeups);
    if (cause === 'shutdown') ledger.record('wakeups.lost', { wakeups, cause });
  }
}
