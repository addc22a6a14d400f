/** How to treat requests from now on. */
export interface BehaviourRule<B> {
  /** The one token it is about; `null` or absent: every token without a rule of its own. */
  readonly token?: string | null;
  /** `null` takes the rule back. */
  readonly behaviour: B | null;
  /** For so many requests, then it is forgotten. Default: until it is taken back. */
  readonly times?: number;
}

interface Entry<B> {
  readonly behaviour: B;
  left: number;
}

const EVERYONE = null;

/** Which behaviour the next request to a token meets: the token's own rule, else the rule for everyone, else none. */
export class BehaviourBook<B> {
  readonly #entries = new Map<string | null, Entry<B>>();

  set({ token = EVERYONE, behaviour, times = Number.POSITIVE_INFINITY }: BehaviourRule<B>): void {
    if (behaviour === null || times <= 0) this.#entries.delete(token);
    else this.#entries.set(token, { behaviour, left: times });
  }

  /** The behaviour for this request; counts it. */
  take(token: string): B | null {
    const key = this.#entries.has(token) ? token : EVERYONE;
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#entries.delete(key);
    return entry.behaviour;
  }
}
