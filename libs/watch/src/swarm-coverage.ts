import type { AccountKey, DeviceId, SwarmId, WatchId } from '@push/protocol';
import { NamespaceSets } from './monitor-scope.ts';
import { SwarmMap } from './swarm-map.ts';
import { type SwarmMember, SwarmWatch } from './swarm-watch.ts';
import type { NodeKey } from './storage-node.ts';
import { WatchTable } from './watch-table.ts';
import type { MonitorEntry, WatchDetails, WatchedAccount } from './watched-account.ts';

/**
 * Everything one watcher watches, and how far the network has confirmed it. Pure: it says what is to be done, and is told
 * what came of it.
 */
export class SwarmCoverage {
  readonly #table: WatchTable;
  readonly #swarms = new Map<SwarmId, SwarmWatch>();
  readonly #random: () => number;
  #map = new SwarmMap([]);
  #touched = new Set<SwarmWatch>();

  /** `random` gives numbers in [0, 1), for times that must not coincide. */
  constructor(random: () => number) {
    this.#random = random;
    const listener = {
      added: (entry: MonitorEntry) => this.#added(entry),
      resigned: (entry: MonitorEntry) => this.#swarmOf(entry.account)?.resigned(entry),
      removed: (entry: MonitorEntry) => this.#removed(entry),
    };
    this.#table = new WatchTable(listener, new NamespaceSets());
  }

  get accountCount(): number {
    return this.#table.accountCount;
  }

  get watchCount(): number {
    return this.#table.watchCount;
  }

  /** Swarms that hold watched accounts. */
  get swarms(): Iterable<SwarmWatch> {
    return this.#swarms.values();
  }

  /** Every account that has a swarm is reported on by at least one of its members. */
  get isWatched(): boolean {
    return [...this.#swarms.values()].every(({ isWatched }) => isWatched);
  }

  account(key: AccountKey): WatchedAccount | null {
    return this.#table.account(key);
  }

  put(watchId: WatchId, details: WatchDetails, expiresAtMs: number): void {
    this.#table.put(watchId, details, expiresAtMs);
  }

  remove(watchId: WatchId): void {
    this.#table.remove(watchId);
  }

  watchesOf(deviceId: DeviceId): WatchId[] {
    return this.#table.watchesOf(deviceId);
  }

  retain(present: ReadonlySet<WatchId>): void {
    this.#table.retain(present);
  }

  sweep(nowMs: number, accountLimit: number): void {
    this.#table.sweep(nowMs, accountLimit);
  }

  /** Swarms that gained or lost entries or members since the last call. */
  takeTouched(): ReadonlySet<SwarmWatch> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  /** The nodes to be connected to, and no others: the members of swarms that hold watched accounts. */
  wantedMembers(): ReadonlyMap<NodeKey, SwarmMember> {
    const wanted = new Map<NodeKey, SwarmMember>();
    for (const { members } of this.#swarms.values()) for (const [key, member] of members) wanted.set(key, member);
    return wanted;
  }

  /**
   * The network changed. Accounts move only when the set of swarms did.
   * @returns how many accounts moved
   */
  setMap(next: SwarmMap): number {
    const isSameRing = this.#map.hasSameSwarmsAs(next);
    this.#map = next;
    const moved = isSameRing ? 0 : this.#rehome();
    for (const swarm of this.#swarms.values()) {
      swarm.setMembers(next.membersOf(swarm.id));
      this.#touched.add(swarm);
    }
    return moved;
  }

  #rehome(): number {
    let moved = 0;
    for (const account of this.#table.accounts()) {
      const swarmId = this.#map.swarmOf(account.key);
      if (swarmId === account.swarmId) continue;
      for (const entry of account.entries) this.#removed(entry);
      account.swarmId = swarmId;
      for (const entry of account.entries) this.#added(entry);
      moved += 1;
    }
    return moved;
  }

  #swarmOf({ swarmId }: WatchedAccount): SwarmWatch | undefined {
    return swarmId === null ? undefined : this.#swarms.get(swarmId);
  }

  #added(entry: MonitorEntry): void {
    const { account } = entry;
    const swarmId = account.swarmId ?? this.#map.swarmOf(account.key);
    if (swarmId === null) return;
    const swarm = this.#swarms.get(swarmId) ?? this.#begin(swarmId);
    account.swarmId = swarm.id;
    swarm.add(entry);
    this.#touched.add(swarm);
  }

  #removed(entry: MonitorEntry): void {
    const swarm = this.#swarmOf(entry.account);
    if (swarm === undefined) return;
    swarm.remove(entry);
    this.#touched.add(swarm);
    if (swarm.entryCount === 0) this.#swarms.delete(swarm.id);
  }

  #begin(swarmId: SwarmId): SwarmWatch {
    const swarm = new SwarmWatch(swarmId, this.#random);
    swarm.setMembers(this.#map.membersOf(swarmId));
    this.#swarms.set(swarmId, swarm);
    return swarm;
  }
}
