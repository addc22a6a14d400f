import type { FigureOptions, Scale } from './figure.ts';
import { percentileOf } from './statistics.ts';
import type { Stage } from './stage.ts';

/** How long each try of one kind took, in milliseconds. */
export interface Series {
  readonly name: string;
  readonly millis: readonly number[];
}

/** A table of the benchmark about single requests: how long they take, set against the first kind. */
export interface LatencyFigure {
  readonly name: string;
  readonly title: string;
  readonly notes: (scale: Scale) => readonly string[];
  readonly limit: Limit;
  /** Starts all that it needs on the stage, which ends it. The first series is the baseline of the others. */
  measure(stage: Stage, options: FigureOptions): Promise<readonly Series[]>;
}

/** What no row should exceed. The report says whether it was so; on a busy machine that may be the machine's doing. */
export interface Limit {
  readonly of: 'medianRatio' | 'p99Ms';
  /** For a ratio: the most by which it may differ from 1. */
  readonly most: number;
}

/** One kind of request, measured. Ratios are to the first kind of the same figure. */
export interface LatencyRow {
  readonly name: string;
  readonly tries: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly medianRatio: number;
  readonly p99Ratio: number;
}

export interface LatencyResult {
  readonly name: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly limit: Limit;
  readonly series: readonly Series[];
  readonly rows: readonly LatencyRow[];
}

export function latencyRowsOf(series: readonly Series[]): readonly LatencyRow[] {
  const rows = series.map(({ name, millis }) => ({
    name,
    tries: millis.length,
    medianMs: percentileOf(millis, 0.5),
    p99Ms: percentileOf(millis, 0.99),
  }));
  const [first] = rows;
  return rows.map((row) =>
    Object.assign(row, {
      medianRatio: row.medianMs / (first?.medianMs ?? Number.NaN),
      p99Ratio: row.p99Ms / (first?.p99Ms ?? Number.NaN),
    }),
  );
}

/** The names of the rows beyond the limit. */
export function beyond({ of, most }: Limit, rows: readonly LatencyRow[]): readonly string[] {
  const excess = (row: LatencyRow): number => (of === 'p99Ms' ? row.p99Ms : Math.abs(row.medianRatio - 1));
  return rows.filter((row) => excess(row) > most).map(({ name }) => name);
}
