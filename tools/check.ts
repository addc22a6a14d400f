// Everything but the tests that must hold for a change: types, lint, format, room directions, unused code. Runs the
// checks side by side and prints what failed.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** First: the type-aware lint resolves imports between rooms through what was built. */
const BUILD: Check = { name: 'build', command: ['node', 'node_modules/@typescript/native/bin/tsc', '-b'] };

const CHECKS: readonly Check[] = [
  { name: 'types', command: ['node', 'node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.check.json'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--tsconfig', 'tsconfig.check.json', '--deny-warnings'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  {
    name: 'directions',
    command: ['depcruise', 'libs', 'apps', 'test', 'tools', '--config', '.dependency-cruiser.mjs', '-T', 'err'],
  },
  { name: 'unused code', command: ['knip'] },
];

interface Outcome {
  readonly check: Check;
  readonly status: number;
  readonly output: string;
  readonly seconds: number;
}

function run(check: Check): Promise<Outcome> {
  const began = performance.now();
  const [program, ...args] = check.command;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (status: number): void =>
      resolve({ check, status, output: Buffer.concat(chunks).toString(), seconds: (performance.now() - began) / 1000 });
    child.once('error', () => end(127));
    child.once('close', (code) => end(code ?? 1));
  });
}

const wanted = process.argv.slice(2);
const built = await run(BUILD);
const chosen = CHECKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const outcomes = [built, ...(built.status === 0 ? await Promise.all(chosen.map(run)) : [])];
for (const { check, status, output, seconds } of outcomes) {
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds.toFixed(1)} s)`);
  if (status !== 0) console.log(`${output.trimEnd()}\n  again: npm run check -- '${check.name}'`);
}
process.exitCode = outcomes.every(({ status }) => status === 0) ? 0 : 1;
