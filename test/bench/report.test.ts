import { expect, test } from '@jest/globals';
import { comparisonsOf } from './comparison.ts';
import type { Measured } from './contest.ts';
import { renderFigure } from './report.ts';
import type { FigureResult } from './run.ts';

const measured = (name: string, process: string, seconds: readonly number[]): Measured => ({
  name,
  process,
  samples: seconds.map((each) => ({ units: 1_000, seconds: each, cpuSeconds: { [process]: each / 2, idle: 0 } })),
});

const contest = {
  baselines: [measured('a bare thing', 'bare', [0.1, 0.2, 0.1])],
  product: measured('the app', 'app', [0.5, 0.4, 0.4]),
};
const figure: FigureResult = {
  name: 'things',
  title: 'Things: done by an app',
  unit: 'things',
  notes: [`It ${'really '.repeat(40)}says so.`],
  ...contest,
  comparisons: comparisonsOf(contest),
  rssBytes: { app: 100 * 2 ** 20 },
};

test('a figure shows rate, cost and busy cores of everybody, and the ratio with its ends', () => {
  const lines = renderFigure(figure).split('\n');
  expect(lines[2]).toMatch(/^ {2}a bare thing +10,000 \(5,000 to 10,000\) +50 µs +bare 0\.50$/);
  expect(lines[3]).toMatch(/^ {2}the app +2,500 \(2,000 to 2,500\) +200 µs +app 0\.50$/);
  expect(lines[4]).toBe('  the app / a bare thing: 0.25 (0.20 to 0.50); by processor time 0.25 (0.20 to 0.50)');
  expect(lines[5]).toBe('  memory at the end: app 100 MiB');
});

test('notes are wrapped and indented, and lose no word', () => {
  const notes = renderFigure(figure).split('\n').slice(6);
  expect(notes.length).toBeGreaterThan(1);
  expect(notes.every((line) => line.length <= 110)).toBe(true);
  expect(notes.join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(`- ${figure.notes[0]}`);
});

test('what the system does not tell is left out, and nothing else', () => {
  const untold = (given: Measured): Measured => ({
    ...given,
    samples: given.samples.map((sample) => ({ ...sample, cpuSeconds: {} })),
  });
  const bare = { baselines: contest.baselines.map(untold), product: untold(contest.product) };
  const text = renderFigure({ ...figure, ...bare, comparisons: comparisonsOf(bare), rssBytes: {} });
  expect(text).toMatch(/the app +2,500 \(2,000 to 2,500\) +- +-\n/);
  expect(text).not.toMatch(/processor time|memory|NaN/);
});
