import { expect, test } from '@jest/globals';
import { createMemoryRegistry } from '../src/index.ts';
import { describeRegistry } from './registry-contract.ts';
import { Follower } from './follower.ts';
import { bytesOf, sampleRegistration } from './samples.ts';

const NOW_S = 1_700_000_000;
const DAY_S = 86_400;

describeRegistry('the registry in memory', async () => {
  const { writer, watches, devices } = createMemoryRegistry({
    indexKey: bytesOf('index', 32),
    now: () => NOW_S * 1_000,
  });
  return { writers: [writer, writer], watches, devices, nowS: () => NOW_S, [Symbol.asyncDispose]: async () => {} };
});

test('the registry in memory forgets a registration when its time has come', async () => {
  let nowS = NOW_S;
  const registry = createMemoryRegistry({ indexKey: bytesOf('index', 32), now: () => nowS * 1_000 });
  await registry.writer.subscribe(sampleRegistration({ signedAt: NOW_S }));
  const watchesAfter = async (days: number): Promise<number> => {
    nowS = NOW_S + days * DAY_S;
    await using follower = new Follower(registry.watches);
    await follower.until('scanned', () => follower.scans > 0);
    return follower.watches.size;
  };
  expect(await watchesAfter(12)).toBe(1);
  expect(await watchesAfter(14)).toBe(0);
});
