import { expect, test } from '@jest/globals';
import { type Contender, hold, type Sample } from './contest.ts';

function contender(name: string, log: string[]): Contender {
  return {
    name,
    process: name,
    run: async (round): Promise<Sample> => {
      log.push(`${name} ${round}`);
      return { units: round, seconds: 1, cpuSeconds: {} };
    },
  };
}

test('baselines and product run in turn, round after round, after a warm-up that does not count', async () => {
  const log: string[] = [];
  const [one, two, product] = ['one', 'two', 'product'].map((name) => contender(name, log)) as [
    Contender,
    Contender,
    Contender,
  ];
  const result = await hold({ baselines: [one, two], product }, 2);
  expect(log).toEqual([0, 1, 2].flatMap((round) => [`one ${round}`, `two ${round}`, `product ${round}`]));
  expect(result.product.samples.map(({ units }) => units)).toEqual([1, 2]);
  expect(result.baselines.map(({ name, samples }) => [name, samples.length])).toEqual([
    ['one', 2],
    ['two', 2],
  ]);
});

test('a contender that fails ends the contest', async () => {
  const product = contender('product', []);
  const broken = { ...product, run: () => Promise.reject(new Error('broken')) };
  await expect(hold({ baselines: [broken], product }, 1)).rejects.toThrow('broken');
});
