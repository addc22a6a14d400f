import type { DeviceId, WatchId } from '@push/protocol';
import type { WatchChange, WatchHandler, WatchRecord, WatchSource } from '../src/index.ts';

const DEADLINE_MS = 8_000;

/** A watcher's memory: what it would watch now, from everything a source has told it. */
export class Follower implements WatchHandler, AsyncDisposable {
  readonly watches = new Map<WatchId, { readonly record: WatchRecord; readonly expiresAtMs: number }>();
  readonly died: DeviceId[] = [];
  readonly unreadableReasons: string[] = [];
  scans = 0;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #following: Promise<void>;

  constructor(source: WatchSource) {
    this.#following = source.follow(this, this.#stop.signal);
  }

  changed(change: WatchChange): void {
    if (change.kind === 'put') this.watches.set(change.watchId, change);
    else this.watches.delete(change.watchId);
    this.#look();
  }

  scanned(present: ReadonlySet<WatchId>): void {
    this.scans += 1;
    for (const id of this.watches.keys()) if (!present.has(id)) this.watches.delete(id);
    this.#look();
  }

  deviceDied(deviceId: DeviceId): void {
    this.died.push(deviceId);
    this.#look();
  }

  unreadable(reason: string): void {
    this.unreadableReasons.push(reason);
    this.#look();
  }

  get records(): WatchRecord[] {
    return [...this.watches.values()].map(({ record }) => record);
  }

  /** Resolves once `holds` does; rejects with `what` after some seconds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return;
    const timeout = AbortSignal.timeout(DEADLINE_MS);
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (holds()) resolve();
      };
      this.#waiting.add(look);
      timeout.addEventListener('abort', () => reject(new Error(`still not: ${what}`)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
