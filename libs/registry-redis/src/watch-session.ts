import type { DeviceId, WatchId } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import type { WatchHandler } from '@push/registry';
import type { Opener } from '@push/sealing';
import { setTimeout as delay } from 'node:timers/promises';
import { newestNumber, readStream } from './stream-reader.ts';
import { lookUpWatch, type WatchLookup } from './watch-lookup.ts';
import { scanWatchIds } from './watch-scan.ts';

/** Why everything has to be read again. */
export type ScanCause = 'start' | 'reconnect' | 'gap' | 'backwards' | 'fault';

export interface WatchSessionOptions {
  /** For commands that answer at once. */
  readonly commands: RedisConnection;
  /** For waiting on the feed. */
  readonly tail: RedisConnection;
  readonly opener: Opener;
  readonly handler: WatchHandler;
  readonly signal: AbortSignal;
  /** Whether either connection was interrupted since the session began. */
  readonly wasInterrupted: () => boolean;
  readonly onScanned: (watches: number) => void;
}

/** Shorter than the time after which a silent connection counts as broken. */
const BLOCK_MS = 1_000;
const DEAD_POLL_MS = 1_000;
const IDLE_ROUNDS_TO_CHECK = 3;

/**
 * Reads everything once and follows the changes meanwhile and after, until a change may have been missed: resolves with
 * the reason then, rejects when Redis fails, and leaves nothing running either way.
 */
export async function runWatchSession(options: WatchSessionOptions): Promise<ScanCause> {
  const { commands } = options;
  // Taken before the scan begins, so that nothing falls between the two.
  const [feedPosition, deadPosition] = [await newestNumber(commands, 'feed'), await newestNumber(commands, 'dead')];
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const session = new WatchSession({ ...options, signal });
  const tasks = [session.followFeed(feedPosition), session.followDead(deadPosition), session.scan()];
  try {
    return await Promise.race(tasks);
  } finally {
    over.abort();
    await Promise.allSettled(tasks);
  }
}

class WatchSession {
  readonly #options: WatchSessionOptions;
  /** While scanning: whether each watch that the feed named exists. The feed knows better than a page read before. */
  #changed: Map<WatchId, boolean> | null = new Map();

  constructor(options: WatchSessionOptions) {
    this.#options = options;
  }

  /** Ends when an entry is missing, or when the stream is shorter than it was. */
  async followFeed(start: number): Promise<ScanCause> {
    const { commands, tail, signal, wasInterrupted } = this.#options;
    let position = start;
    let idleRounds = 0;
    for (;;) {
      const entries = await unlessAborted(readStream(tail, 'feed', position, BLOCK_MS), signal);
      if (wasInterrupted()) return 'reconnect';
      if (entries.some(({ number }, i) => number !== position + 1 + i)) return 'gap';
      position += entries.length;
      idleRounds = entries.length > 0 ? 0 : idleRounds + 1;
      if (idleRounds >= IDLE_ROUNDS_TO_CHECK) {
        idleRounds = 0;
        if ((await newestNumber(commands, 'feed')) < position) return 'backwards';
      }
      const ids = new Set(entries.map(({ value }) => value as WatchId));
      await Promise.all([...ids].map((id) => this.#takeChange(id)));
    }
  }

  /**
   * Starts at the newest entry after every interruption: a device that died while nobody listened may have been registered
   * again since, and a wakeup for one that has not is dropped by the dispatcher anyway.
   */
  async followDead(start: number): Promise<never> {
    const { commands, handler, signal } = this.#options;
    let position = start;
    for (;;) {
      const entries = await readStream(commands, 'dead', position, null);
      for (const { number, value } of entries) {
        handler.deviceDied(value as DeviceId);
        position = number;
      }
      if (entries.length === 0 && (await newestNumber(commands, 'dead')) < position) position = -1;
      await delay(DEAD_POLL_MS, undefined, { signal, ref: false });
    }
  }

  /** Tells the handler of every watch, page after page, then waits: only what follows the feed ends a session. */
  async scan(): Promise<never> {
    const { commands, opener, handler, signal, onScanned } = this.#options;
    const present = new Set<WatchId>();
    for await (const page of scanWatchIds(commands)) {
      const ids = [...new Set(page)].filter((id) => !present.has(id));
      const lookups = await Promise.all(ids.map((id) => lookUpWatch(commands, opener, id)));
      signal.throwIfAborted();
      for (const [i, id] of ids.entries()) {
        const lookup = lookups[i];
        if (lookup === undefined || lookup.kind === 'gone' || this.#changed?.has(id)) continue;
        present.add(id);
        this.#tell(id, lookup);
      }
    }
    for (const [id, exists] of this.#changed ?? []) {
      if (exists) present.add(id);
      else present.delete(id);
    }
    this.#changed = null;
    handler.scanned(present);
    onScanned(present.size);
    return unlessAborted(new Promise<never>(() => {}), signal);
  }

  async #takeChange(id: WatchId): Promise<void> {
    const { commands, opener, signal } = this.#options;
    this.#changed?.set(id, true);
    const lookup = await lookUpWatch(commands, opener, id);
    signal.throwIfAborted();
    this.#changed?.set(id, lookup.kind !== 'gone');
    this.#tell(id, lookup);
  }

  #tell(watchId: WatchId, lookup: WatchLookup): void {
    const { handler } = this.#options;
    switch (lookup.kind) {
      case 'found':
        handler.changed({ kind: 'put', watchId, record: lookup.record, expiresAtMs: lookup.expiresAtMs });
        break;
      case 'gone':
        handler.changed({ kind: 'remove', watchId });
        break;
      case 'unreadable':
        handler.unreadable(lookup.reason);
        break;
    }
  }
}

/** Rejects as soon as `signal` fires; what `promise` does then is nobody's concern. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
