/** Middle and ends of some measurements. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Throws when there is nothing to describe. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no measurements');
  return { median: (lower + upper) / 2, least: sorted[0] ?? lower, most: sorted.at(-1) ?? upper };
}

/**
 * Round by round, so that a machine that gets slower half-way slows both sides of each ratio. Throws unless both have the
 * same rounds.
 */
export function ratiosOf(product: readonly number[], baseline: readonly number[]): readonly number[] {
  if (product.length !== baseline.length) throw new RangeError('rounds without a counterpart');
  return product.map((value, round) => value / (baseline[round] ?? Number.NaN));
}

/** The least value that is not below a `share` (0 to 1) of them all (nearest rank). Throws when there are none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no measurements');
  return value;
}
