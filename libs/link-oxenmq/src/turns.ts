/** Lets at most `limit` things be under way at once; the others wait, first come, first served. */
export class Turns {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Calls `begin` once, now or later.
   * @returns ends the turn, or the wait for it; calling it again has no effect
   */
  take(begin: () => void): () => void {
    let hasBegun = false;
    let isOver = false;
    const run = (): void => {
      hasBegun = true;
      this.#underWay += 1;
      begin();
    };
    this.#waiting.add(run);
    this.#nextSoon();
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waiting.delete(run);
      if (!hasBegun) return;
      this.#underWay -= 1;
      this.#nextSoon();
    };
  }

  /**
   * Not at once: the caller of `take` needs what it returns by the time `begin` runs, and thousands that fail as they
   * begin would begin each other, ever deeper on the stack.
   */
  #nextSoon(): void {
    queueMicrotask(() => this.#next());
  }

  #next(): void {
    for (const run of this.#waiting) {
      if (this.#underWay >= this.#limit) return;
      this.#waiting.delete(run);
      run();
    }
  }
}
