/** What one contender did in one round. */
export interface Sample {
  readonly units: number;
  readonly seconds: number;
  /** Processor seconds meanwhile, by process; without those that the system tells nothing of. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
}

/** Somebody who works against the clock. */
export interface Contender {
  /** What the report calls it. */
  readonly name: string;
  /** The process whose work it is. */
  readonly process: string;
  /** Prepares what it needs for this round, and then times nothing but the work. Rounds count from 0. */
  run(round: number): Promise<Sample>;
}

/** A product and the bare things it is set against. */
export interface Contest {
  readonly baselines: readonly Contender[];
  readonly product: Contender;
}

export interface Measured {
  readonly name: string;
  readonly process: string;
  readonly samples: readonly Sample[];
}

export interface ContestResult {
  readonly baselines: readonly Measured[];
  readonly product: Measured;
}

/** Just-in-time compilers and connections have settled after one. */
const WARM_UP_ROUNDS = 1;

/** Lets everybody run in turn, baselines first, round after round; the first round does not count. */
export async function hold({ baselines, product }: Contest, rounds: number): Promise<ContestResult> {
  const samples = new Map<Contender, Sample[]>();
  const everybody = [...baselines, product];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const contender of everybody) {
      const sample = await contender.run(round);
      if (round >= WARM_UP_ROUNDS) samples.set(contender, [...(samples.get(contender) ?? []), sample]);
    }
  }
  const measured = (contender: Contender): Measured => ({
    name: contender.name,
    process: contender.process,
    samples: samples.get(contender) ?? [],
  });
  return { baselines: baselines.map(measured), product: measured(product) };
}
