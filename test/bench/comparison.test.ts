import { expect, test } from '@jest/globals';
import { comparisonsOf, coresOf, costsOf } from './comparison.ts';
import type { Measured, Sample } from './contest.ts';

const sample = (units: number, seconds: number, cpuSeconds: Record<string, number>): Sample => ({
  units,
  seconds,
  cpuSeconds,
});
const bare: Measured = {
  name: 'bare',
  process: 'bare',
  samples: [sample(100, 1, { bare: 1, app: 0 }), sample(100, 2, { bare: 1, app: 0 })],
};
const app: Measured = {
  name: 'the app',
  process: 'app',
  samples: [sample(50, 1, { app: 0.5, redis: 0.25 }), sample(50, 2, { app: 1, redis: 0.5 })],
};

test('a product that does half as much a second as its baseline in each round stands at a half', () => {
  const [comparison] = comparisonsOf({ product: app, baselines: [bare] });
  expect(comparison).toMatchObject({
    product: 'the app',
    baseline: 'bare',
    byRate: { median: 0.5, least: 0.5, most: 0.5 },
  });
});

test('processor time is set against processor time, whatever the clock on the wall says', () => {
  const [comparison] = comparisonsOf({ product: app, baselines: [bare] });
  expect(comparison?.byProcessorTime).toEqual({ median: 0.75, least: 0.5, most: 1 });
});

test('there is one comparison for each baseline, in their order', () => {
  const other = { ...bare, name: 'another' };
  const names = comparisonsOf({ product: app, baselines: [other, bare] }).map(({ baseline }) => baseline);
  expect(names).toEqual(['another', 'bare']);
});

test('a system that tells no processor times leaves the rates', () => {
  const untold = (measured: Measured): Measured => ({
    ...measured,
    samples: measured.samples.map(({ units, seconds }) => sample(units, seconds, {})),
  });
  expect(costsOf(untold(app))).toBeNull();
  const [comparison] = comparisonsOf({ product: untold(app), baselines: [untold(bare)] });
  expect(comparison).toMatchObject({ byRate: { median: 0.5 }, byProcessorTime: null });
});

test('the cores that each process kept busy are told for all of them', () => {
  expect(coresOf(app)).toEqual({ app: 0.5, redis: 0.25 });
});
