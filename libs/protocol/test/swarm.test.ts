import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccountId, nearestSwarm, type SwarmId, type SwarmSpace, swarmRing, swarmSpace } from '../src/index.ts';
import { readVectors, unhex } from './vectors.ts';

interface SwarmVectors {
  readonly swarm_ids: readonly string[];
  readonly accounts: readonly { account: string; swarm_space: string; swarm_id: string }[];
}

const vectors = readVectors('swarm.json') as SwarmVectors;
const ring = (...ids: bigint[]): ReturnType<typeof swarmRing> => swarmRing(ids as SwarmId[]);
const nearest = (ids: bigint[], space: bigint): bigint | null => nearestSwarm(ring(...ids), space as SwarmSpace);
const MAX = 2n ** 64n - 1n;
const uint64 = fc.bigInt({ min: 0n, max: MAX });

describe('the swarm of an account', () => {
  test.each(vectors.accounts)('$account lies at $swarm_space, in $swarm_id', ({ account, swarm_space, swarm_id }) => {
    const space = swarmSpace(unhex(account) as AccountId);
    expect(String(space)).toBe(swarm_space);
    expect(String(nearestSwarm(ring(...vectors.swarm_ids.map(BigInt)), space))).toBe(swarm_id);
  });

  test('lies where it does whatever buffer the account is part of', () => {
    const account = unhex('050fb9691f857b63060674e3abb230cf6fd8c7874ea77bd082edde27b5ff9c4501');
    const within = Buffer.concat([Buffer.from('abc'), account]).subarray(3);
    expect(swarmSpace(within as Uint8Array as AccountId)).toBe(swarmSpace(account as AccountId));
  });

  test('is the lower neighbour on a tie, also around the end of the ring', () => {
    expect(nearest([10n, 20n], 15n)).toBe(10n);
    expect(nearest([10n, MAX - 9n], 0n)).toBe(MAX - 9n);
  });

  test('is found around the end of the ring', () => {
    expect(nearest([5n, 2n ** 63n], MAX)).toBe(5n);
    expect(nearest([2n ** 62n, MAX], 1n)).toBe(MAX);
  });

  test('does not exist when there are no swarms', () => {
    expect(nearest([], 1n)).toBeNull();
  });

  test('is no farther away than any other, in whatever order the swarms are named', () => {
    const distance = (a: bigint, b: bigint): bigint => {
      const d = BigInt.asUintN(64, a - b);
      return d < 2n ** 64n - d ? d : 2n ** 64n - d;
    };
    fc.assert(
      fc.property(fc.array(uint64, { minLength: 1, maxLength: 20 }), uint64, (ids, space) => {
        const least = ids.map((id) => distance(id, space)).reduce((a, b) => (a < b ? a : b));
        expect(distance(nearest(ids, space) as bigint, space)).toBe(least);
      }),
    );
  });
});
