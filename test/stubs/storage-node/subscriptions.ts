/** How long a node reports without being asked again. */
const SUBSCRIPTION_MS = 65 * 60_000;
const MAX_SUBSCRIPTIONS = 1_000_000;

/** What one `monitor.messages` entry asked for. */
export interface Interest {
  /** 33 bytes. */
  readonly account: Buffer;
  /** Strictly ascending. */
  readonly namespaces: readonly number[];
  readonly wantsData: boolean;
}

export interface Subscriber {
  readonly route: Buffer;
  readonly namespaces: ReadonlySet<number>;
  readonly wantsData: boolean;
  readonly untilMs: number;
}

/** Who is told about which account. Lives in memory, keyed by routing id alone; a repeated interest only widens. */
export class Subscriptions {
  #byAccount = new Map<string, Map<string, Subscriber>>();
  #count = 0;

  /** How many (account, routing id) pairs are held, lapsed ones included until they are met. */
  get count(): number {
    return this.#count;
  }

  /** False when there is no room for another. */
  add(route: Buffer, { account, namespaces, wantsData }: Interest, nowMs: number): boolean {
    const key = account.toString('latin1');
    const routeKey = route.toString('latin1');
    const subscribers = this.#live(key, nowMs);
    const known = subscribers.get(routeKey);
    if (known === undefined && this.#count >= MAX_SUBSCRIPTIONS) return false;
    if (known === undefined) this.#count++;
    this.#byAccount.set(key, subscribers);
    subscribers.set(routeKey, {
      // A part of a received message would keep the whole message in memory.
      route: Buffer.from(route),
      namespaces: new Set([...(known?.namespaces ?? []), ...namespaces]),
      wantsData: wantsData || (known?.wantsData ?? false),
      untilMs: nowMs + SUBSCRIPTION_MS,
    });
    return true;
  }

  of(account: Buffer, namespace: number, nowMs: number): readonly Subscriber[] {
    const subscribers = [...this.#live(account.toString('latin1'), nowMs).values()];
    return subscribers.filter(({ namespaces }) => namespaces.has(namespace));
  }

  /** Every routing id that has a subscription, once. */
  routes(): readonly Buffer[] {
    const routes = new Map<string, Buffer>();
    for (const subscribers of this.#byAccount.values()) {
      for (const [key, { route }] of subscribers) routes.set(key, route);
    }
    return [...routes.values()];
  }

  clear(): void {
    this.#byAccount.clear();
    this.#count = 0;
  }

  sweep(nowMs: number): void {
    for (const key of this.#byAccount.keys()) this.#live(key, nowMs);
  }

  /** The subscribers of an account, without those that have lapsed. */
  #live(key: string, nowMs: number): Map<string, Subscriber> {
    const subscribers = this.#byAccount.get(key) ?? new Map<string, Subscriber>();
    for (const [routeKey, { untilMs }] of subscribers) {
      if (untilMs < nowMs && subscribers.delete(routeKey)) this.#count--;
    }
    if (subscribers.size === 0) this.#byAccount.delete(key);
    return subscribers;
  }
}
