const HOUR_MS = 3_600_000;
/** As many may die in an hour however few there are. */
const LEAST_AN_HOUR = 50;
const SHARE_AN_HOUR = 0.02;

/**
 * Judges whether so many devices can have died. Providers that suddenly call every token dead mean a wrong credential,
 * and a registry must not be emptied on their word. A watch kept by mistake only lives until it expires.
 */
export class DeathGuard {
  #hour = Number.NEGATIVE_INFINITY;
  #deaths = 0;

  /** Whether one more death, among `watchCount` watches, is to be believed. */
  believes(watchCount: number, nowMs: number): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.#hour) this.#deaths = 0;
    this.#hour = hour;
    this.#deaths += 1;
    return this.#deaths <= Math.max(LEAST_AN_HOUR, (watchCount + this.#deaths) * SHARE_AN_HOUR);
  }
}
