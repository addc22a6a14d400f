/** Wall-clock time. Milliseconds since 1970; every rule that depends on time takes one of these or a value read from it. */
export interface Clock {
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };
