import { type Comparison, coresOf, costsOf, rateOf } from './comparison.ts';
import type { Measured } from './contest.ts';
import { beyond, type LatencyResult } from './latency.ts';
import type { FigureResult, Run } from './run.ts';
import { type Spread, spreadOf } from './statistics.ts';

const WIDTH = 110;
/** A process below this share of a core limits nobody. */
const WORTH_TELLING = 0.05;

const BUSY =
  'The machine was busy with something else when the run began: rates and their ratios waver, and ratios by processor ' +
  'time say more.';

/** What a run says to a person: the machine, then each figure as a table, its ratios, and how to read them. */
export function renderRun({ machine, versions, seed, seconds, figures, latencies }: Run): string {
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const versionList = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = [
    `${machine.model}, ${machine.cores} cores, ${memory}, ${machine.system}; load before ${machine.loadBefore.toFixed(1)}`,
    ...wrapped(versionList.join(' · '), ''),
    `seed ${seed} · ${seconds.toFixed(0)} s in all`,
    ...(machine.loadBefore > machine.cores / 2 ? wrapped(BUSY, '') : []),
  ];
  return `${[head.join('\n'), ...figures.map(renderFigure), ...latencies.map(renderLatencies)].join('\n\n')}\n`;
}

export function renderFigure(figure: FigureResult): string {
  const { title, unit, baselines, product, comparisons, rssBytes, notes } = figure;
  const memory = Object.entries(rssBytes).map(([name, bytes]) => `${name} ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  return [
    title,
    row('', `${unit} a second`, 'CPU each', 'cores kept busy'),
    ...[...baselines, product].map(renderMeasured),
    ...comparisons.map(renderComparison),
    ...(memory.length === 0 ? [] : wrapped(`memory at the end: ${memory.join(', ')}`, '  ')),
    ...notes.flatMap((note) => wrapped(note, '  - ')),
  ].join('\n');
}

export function renderLatencies({ title, rows, notes, limit }: LatencyResult): string {
  const wide = beyond(limit, rows);
  const rule =
    limit.of === 'p99Ms'
      ? `99th percentiles of at most ${limit.most} ms`
      : `medians within ${(100 * limit.most).toFixed(0)} %`;
  return [
    title,
    latencyRow('', 'tries', 'median', 'ratio', '99th percentile', 'ratio'),
    ...rows.map(({ name, tries, medianMs, p99Ms, medianRatio, p99Ratio }) =>
      latencyRow(name, String(tries), ms(medianMs), twoPlaces(medianRatio), ms(p99Ms), twoPlaces(p99Ratio)),
    ),
    `  limit: ${rule}: ${wide.length === 0 ? 'held' : `EXCEEDED by ${wide.join(', ')}`}`,
    ...notes.flatMap((note) => wrapped(note, '  - ')),
  ].join('\n');
}

const ms = (value: number): string => `${value.toFixed(3)} ms`;

const latencyRow = (...[name = '', tries = '', median = '', ratio = '', p99 = '', p99Ratio = '']: string[]): string =>
  `  ${name.padEnd(34)}${tries.padStart(7)}${median.padStart(14)}${ratio.padStart(8)}${p99.padStart(18)}${p99Ratio.padStart(8)}`;

function renderMeasured(measured: Measured): string {
  const rates = spreadOf(measured.samples.map(rateOf));
  const costs = costsOf(measured);
  const cores = Object.entries(coresOf(measured))
    .filter(([, share]) => share >= WORTH_TELLING)
    .sort(([, a], [, b]) => b - a);
  return row(
    measured.name,
    renderSpread(rates, whole),
    costs === null ? '-' : `${(spreadOf(costs).median * 1e6).toFixed(0)} µs`,
    cores.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', ') || '-',
  );
}

function renderComparison({ product, baseline, byRate, byProcessorTime }: Comparison): string {
  const cost = byProcessorTime === null ? '' : `; by processor time ${renderSpread(byProcessorTime, twoPlaces)}`;
  return `  ${product} / ${baseline}: ${renderSpread(byRate, twoPlaces)}${cost}`;
}

const renderSpread = ({ median, least, most }: Spread, render: (value: number) => string): string =>
  `${render(median)} (${render(least)} to ${render(most)})`;

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const twoPlaces = (value: number): string => value.toFixed(2);

const row = (name: string, rate: string, cost: string, cores: string): string =>
  `  ${name.padEnd(28)}${rate.padStart(28)}${cost.padStart(11)}   ${cores}`.trimEnd();

/** Lines of at most {@link WIDTH} characters, the first after `bullet`, the others indented as far. */
function wrapped(text: string, bullet: string): readonly string[] {
  const lines: string[] = [];
  let line = bullet;
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(bullet.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
