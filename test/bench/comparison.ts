import type { ContestResult, Measured, Sample } from './contest.ts';
import { ratiosOf, type Spread, spreadOf } from './statistics.ts';

/** The product against one baseline; 1 = as fast, or as cheap, as the bare thing. */
export interface Comparison {
  readonly product: string;
  readonly baseline: string;
  /** Units a second of the product, divided by those of the baseline, round by round. */
  readonly byRate: Spread;
  /** The same for units a second of processor time of the one process; null where the system tells none. */
  readonly byProcessorTime: Spread | null;
}

export function comparisonsOf({ baselines, product }: ContestResult): readonly Comparison[] {
  return baselines.map((baseline) => {
    const rates = [product, baseline].map(({ samples }) => samples.map(rateOf));
    const [ours = [], theirs = []] = rates;
    return {
      product: product.name,
      baseline: baseline.name,
      byRate: spreadOf(ratiosOf(ours, theirs)),
      byProcessorTime: ratioOfCosts(product, baseline),
    };
  });
}

function ratioOfCosts(product: Measured, baseline: Measured): Spread | null {
  const ours = costsOf(product);
  const theirs = costsOf(baseline);
  return ours === null || theirs === null ? null : spreadOf(ratiosOf(theirs, ours));
}

/** Units a second. */
export const rateOf = ({ units, seconds }: Sample): number => units / seconds;

/** Processor seconds a unit in each round; null where the system tells none, or too short a time to say. */
export function costsOf({ process, samples }: Measured): readonly number[] | null {
  const costs = samples.map(({ units, cpuSeconds }) => (cpuSeconds[process] ?? 0) / units);
  return costs.every((cost) => cost > 0) ? costs : null;
}

/** How many cores each process kept busy in the median round. */
export function coresOf({ samples }: Measured): Readonly<Record<string, number>> {
  const names = new Set(samples.flatMap(({ cpuSeconds }) => Object.keys(cpuSeconds)));
  const shares = [...names].map((name) => {
    const { median } = spreadOf(samples.map(({ cpuSeconds, seconds }) => (cpuSeconds[name] ?? 0) / seconds));
    return [name, median] as const;
  });
  return Object.fromEntries(shares);
}
