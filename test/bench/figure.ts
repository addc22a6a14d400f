import type { Contest } from './contest.ts';
import type { Stage } from './stage.ts';

/** How much is done: so many rounds that count, and so many units in each. */
export interface Scale {
  readonly rounds: number;
  readonly registrations: number;
  readonly messages: number;
  readonly wakeups: number;
}

export const FULL: Scale = { rounds: 5, registrations: 2_500, messages: 4_000, wakeups: 3_000 };
export const QUICK: Scale = { rounds: 2, registrations: 600, messages: 700, wakeups: 600 };

export interface FigureOptions {
  readonly scale: Scale;
  /** Names the accounts, tokens and messages. */
  readonly seed: string;
}

/** One line of the benchmark: what the product does in a second, set against something bare. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  /** What is done, and what its ratios say and do not say; a sentence each. */
  readonly notes: (scale: Scale) => readonly string[];
  /** Starts all that it needs on the stage, which ends it. */
  prepare(stage: Stage, options: FigureOptions): Promise<Contest>;
}
