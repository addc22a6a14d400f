import { expect, test } from '@jest/globals';
import { latencyRowsOf, type Limit } from './latency.ts';
import { renderLatencies } from './report.ts';
import { percentileOf } from './statistics.ts';

const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

test('a percentile is the nearest rank, whatever the order', () => {
  expect([0, 0.5, 0.99, 1].map((share) => percentileOf(hundred, share))).toEqual([1, 50, 99, 100]);
  expect(percentileOf([7], 0.99)).toBe(7);
  expect(() => percentileOf([], 0.5)).toThrow(RangeError);
});

test('every kind is set against the first', () => {
  const series = [
    { name: 'plain', millis: hundred },
    { name: 'twice', millis: hundred.map((value) => 2 * value) },
  ];
  const rows = latencyRowsOf(series);
  expect(rows[1]).toEqual({ name: 'twice', tries: 100, medianMs: 100, p99Ms: 198, medianRatio: 2, p99Ratio: 2 });
  const render = (limit: Limit) =>
    renderLatencies({ name: 'x', title: 'X', notes: ['One.'], limit, series, rows }).split('\n');
  const lines = render({ of: 'p99Ms', most: 198 });
  expect(lines[3]).toMatch(/^ {2}twice +100 +100\.000 ms +2\.00 +198\.000 ms +2\.00$/);
  expect(lines[4]).toBe('  limit: 99th percentiles of at most 198 ms: held');
  expect(lines[5]).toBe('  - One.');
  expect(render({ of: 'medianRatio', most: 0.1 })[4]).toBe('  limit: medians within 10 %: EXCEEDED by twice');
});
