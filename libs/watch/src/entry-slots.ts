import type { MonitorEntry } from './watched-account.ts';

/**
 * The entries of one swarm, each at a number of its own. Every member keeps what it knows of an entry in typed arrays
 * at that number: a few bytes, where a map would take a hundred.
 */
export class EntrySlots {
  readonly #entries: (MonitorEntry | null)[] = [];
  readonly #free: number[] = [];

  /** One more than the highest number in use so far. */
  get length(): number {
    return this.#entries.length;
  }

  get count(): number {
    return this.#entries.length - this.#free.length;
  }

  at(slot: number): MonitorEntry | null {
    return this.#entries[slot] ?? null;
  }

  add(entry: MonitorEntry): void {
    entry.slot = this.#free.pop() ?? this.#entries.length;
    this.#entries[entry.slot] = entry;
  }

  remove(entry: MonitorEntry): void {
    this.#entries[entry.slot] = null;
    this.#free.push(entry.slot);
    entry.slot = -1;
  }
}
