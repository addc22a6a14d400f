/**
 * How fast the apps are, each against something bare in the same run: `npm run bench -- --quick`. A slow figure is a
 * figure; the exit status is 1 only when something failed, 130 after Ctrl-C.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { comparisonsOf } from './comparison.ts';
import { hold } from './contest.ts';
import { type Figure, FULL, QUICK } from './figure.ts';
import { notifications } from './figures/notifications.ts';
import { onionPath, onionRegistrations } from './figures/onion-registrations.ts';
import { refusals } from './figures/refusals.ts';
import { registrations } from './figures/registrations.ts';
import { siege } from './figures/siege.ts';
import { wakeups } from './figures/wakeups.ts';
import { type LatencyFigure, type LatencyResult, latencyRowsOf } from './latency.ts';
import { describeMachine, readVersions } from './machine.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { renderRun } from './report.ts';
import type { FigureResult, Run } from './run.ts';
import { Stage } from './stage.ts';

const FIGURES: readonly Figure[] = [registrations, onionRegistrations, onionPath, notifications, wakeups];
const LATENCIES: readonly LatencyFigure[] = [siege, ...refusals];
/** After the processes of a figure have ended, whoever still talks to them notices. */
const SETTLED_WITHIN_MS = 5_000;

const startedAt = new Date();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  await bench(readOptions(process.argv.slice(2), startedAt));
} catch (error) {
  if (stop.signal.aborted) process.exitCode = 130;
  else {
    process.exitCode = 1;
    console.error(`\nThe benchmark failed: ${messageOf(error)}`);
    if (isUsageError(error)) console.error(USAGE);
  }
}
process.exit();

async function bench({ isQuick, out, seed, only, profiles }: BenchOptions): Promise<void> {
  const scale = isQuick ? QUICK : FULL;
  const isWanted = ({ name }: { readonly name: string }): boolean =>
    only.length === 0 || only.some((wanted) => name === wanted || name.startsWith(`${wanted}-`));
  const all = [...FIGURES, ...LATENCIES].map(({ name }) => name);
  if (![...FIGURES, ...LATENCIES].some(isWanted)) throw new Error(`there are figures for ${all.join(', ')}`);
  const machine = describeMachine();
  const versions = readVersions();
  const figures: FigureResult[] = [];
  for (const figure of FIGURES.filter(isWanted)) figures.push(await measure(figure));
  const latencies: LatencyResult[] = [];
  for (const figure of LATENCIES.filter(isWanted)) latencies.push(await time(figure));
  const seconds = (Date.now() - startedAt.getTime()) / 1_000;
  const run: Run = { startedAt: startedAt.toISOString(), seconds, scale, seed, machine, versions, figures, latencies };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(run, null, 2)}\n`);
  console.log(`${renderRun(run)}\nRaw samples: ${out}`);

  function measure(figure: Figure): Promise<FigureResult> {
    return onStage(figure.name, async (stage) => {
      const result = await hold(await figure.prepare(stage, { scale, seed }), scale.rounds);
      const rssBytes = Object.fromEntries([...stage.usage()].map(([name, usage]) => [name, usage.rssBytes]));
      const { name, title, unit } = figure;
      return { name, title, unit, notes: figure.notes(scale), ...result, comparisons: comparisonsOf(result), rssBytes };
    });
  }

  function time(figure: LatencyFigure): Promise<LatencyResult> {
    return onStage(figure.name, async (stage) => {
      const series = await figure.measure(stage, { scale, seed });
      const { name, title, limit } = figure;
      return { name, title, limit, notes: figure.notes(scale), series, rows: latencyRowsOf(series) };
    });
  }

  async function onStage<T>(name: string, act: (stage: Stage) => Promise<T>): Promise<T> {
    console.error(`${name} …`);
    const stage = new Stage(stop.signal, profiles);
    const acting = act(stage);
    try {
      return await Promise.race([acting, stopped()]);
    } catch (error) {
      throw new Error([`${name}: ${messageOf(error)}`, ...stage.obituaries()].join('\n'), { cause: error });
    } finally {
      await stage[Symbol.asyncDispose]();
      // What was being started when the stage closed is ended by whoever started it.
      await Promise.race([Promise.allSettled([acting]), wait(SETTLED_WITHIN_MS)]);
    }
  }
}

/** Rejects once the benchmark is told to stop. What is then under way fails by itself, since its processes end. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    const give = (): void => reject(new Error('stopped'));
    if (stop.signal.aborted) give();
    stop.signal.addEventListener('abort', give, { once: true });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'for an unknown reason';
}

function isUsageError(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}
