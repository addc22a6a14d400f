import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ratiosOf, spreadOf } from './statistics.ts';

test('the median of an odd number of measurements is the middle one, whatever their order', () => {
  expect(spreadOf([10, 1, 3])).toEqual({ median: 3, least: 1, most: 10 });
});

test('the median of an even number of measurements is half-way between the middle two', () => {
  expect(spreadOf([10, 1, 3, 5])).toEqual({ median: 4, least: 1, most: 10 });
});

test('a single measurement is its own median and ends', () => {
  expect(spreadOf([7])).toEqual({ median: 7, least: 7, most: 7 });
});

test('nothing measured has no median', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('as many measurements lie at or below the median as at or above it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const { median, least, most } = spreadOf(values);
      const below = values.filter((value) => value <= median).length;
      const above = values.filter((value) => value >= median).length;
      expect(below).toBeGreaterThanOrEqual(values.length / 2);
      expect(above).toBeGreaterThanOrEqual(values.length / 2);
      expect(values).toContain(least);
      expect(values).toContain(most);
    }),
  );
});

test('ratios are taken within each round, so a slowdown of the machine cancels out', () => {
  expect(ratiosOf([50, 25, 10], [100, 50, 20])).toEqual([0.5, 0.5, 0.5]);
});

test('a round that only one side ran has no ratio', () => {
  expect(() => ratiosOf([1, 2], [1])).toThrow(RangeError);
});
