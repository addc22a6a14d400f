import type { SwarmId } from '@push/protocol';
import { EntrySlots } from './entry-slots.ts';
import { NodeSubscriptions } from './node-subscriptions.ts';
import type { NodeKey, StorageNode } from './storage-node.ts';
import type { MonitorEntry } from './watched-account.ts';

/** A node of a swarm and what it was asked. */
export interface SwarmMember {
  readonly node: StorageNode;
  readonly subscriptions: NodeSubscriptions;
}

/** One swarm that holds watched accounts: what to ask its members for. */
export class SwarmWatch {
  readonly id: SwarmId;
  readonly #slots = new EntrySlots();
  readonly #random: () => number;
  #members = new Map<NodeKey, SwarmMember>();

  constructor(id: SwarmId, random: () => number) {
    this.id = id;
    this.#random = random;
  }

  get entryCount(): number {
    return this.#slots.count;
  }

  get members(): ReadonlyMap<NodeKey, SwarmMember> {
    return this.#members;
  }

  /** Somebody here reports: at least one member has confirmed entries of ours, or there is nothing to report. */
  get isWatched(): boolean {
    if (this.#slots.count === 0) return true;
    return [...this.#members.values()].some(({ subscriptions }) => subscriptions.confirmedCount > 0);
  }

  add(entry: MonitorEntry): void {
    this.#slots.add(entry);
    for (const { subscriptions } of this.#members.values()) subscriptions.added(entry);
  }

  resigned(entry: MonitorEntry): void {
    for (const { subscriptions } of this.#members.values()) subscriptions.resigned(entry);
  }

  remove(entry: MonitorEntry): void {
    for (const { subscriptions } of this.#members.values()) subscriptions.removed(entry);
    this.#slots.remove(entry);
  }

  /** A member that stays keeps what it confirmed; one that moved to another address keeps it too, until its handshake. */
  setMembers(nodes: readonly StorageNode[]): void {
    this.#members = new Map(
      nodes.map((node) => {
        const subscriptions =
          this.#members.get(node.key)?.subscriptions ??
          new NodeSubscriptions(this.#slots, this.#random, () => this.#memberSubscriptions());
        return [node.key, { node, subscriptions }];
      }),
    );
  }

  *#memberSubscriptions(): Iterable<NodeSubscriptions> {
    for (const { subscriptions } of this.#members.values()) yield subscriptions;
  }
}
