import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly isQuick: boolean;
  /** Where the JSON file goes. */
  readonly out: string;
  readonly seed: string;
  /** Names of figures; all of them when it is empty. */
  readonly only: readonly string[];
  /** Where the apps leave a CPU profile each, if anywhere. */
  readonly profiles: string | null;
}

const DATA = fileURLToPath(new URL('../../.data/bench/', import.meta.url));

export const USAGE =
  'npm run bench -- [--quick] [--out FILE.json] [--seed TEXT] [--only FIGURE]… [--cpu-prof DIR]\n' +
  '  --quick     about a fifth of the time, for a smoke test\n' +
  '  --out       where raw samples go; default .data/bench/<time>.json\n' +
  '  --seed      the accounts and messages of an earlier run\n' +
  '  --only      one figure; a name that there is none of lists them\n' +
  '  --cpu-prof  a folder in which each app leaves a CPU profile; it makes them slower';

/** Throws on flags that are unknown. */
export function readOptions(args: readonly string[], startedAt: Date): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      'cpu-prof': { type: 'string' },
    },
  });
  const profiles = values['cpu-prof'];
  return {
    isQuick: values.quick,
    out: resolve(values.out ?? `${DATA}${startedAt.toISOString().replaceAll(':', '-')}.json`),
    seed: values.seed ?? randomBytes(8).toString('hex'),
    only: values.only,
    profiles: profiles === undefined ? null : resolve(profiles),
  };
}
