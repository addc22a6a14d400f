import type { Comparison } from './comparison.ts';
import type { ContestResult } from './contest.ts';
import type { Scale } from './figure.ts';
import type { LatencyResult } from './latency.ts';
import type { Machine } from './machine.ts';

/** One figure, measured. */
export interface FigureResult extends ContestResult {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly notes: readonly string[];
  readonly comparisons: readonly Comparison[];
  /** At the end, by process. */
  readonly rssBytes: Readonly<Record<string, number>>;
}

/** A whole run, as it is written to its JSON file. */
export interface Run {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly scale: Scale;
  readonly seed: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly FigureResult[];
  readonly latencies: readonly LatencyResult[];
}
