import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { accountKey, type AccountId, type SwarmId } from '@push/protocol';
import { type ListedNode, SwarmMap } from '../src/index.ts';
import { keyOf, listed, nodeKey } from './fixtures.ts';

const id = (n: number): SwarmId => BigInt(n) as SwarmId;
const unreachable = (swarmId: number): ListedNode => ({ swarmId: id(swarmId), node: null });

describe('a swarm map', () => {
  test('agrees with the vectors', () => {
    const url = new URL('../../../test/vectors/swarm.json', import.meta.url);
    const vectors = JSON.parse(readFileSync(url, 'utf8')) as {
      swarm_ids: string[];
      accounts: { account: string; swarm_id: string }[];
    };
    const map = new SwarmMap(vectors.swarm_ids.map((text) => ({ swarmId: BigInt(text) as SwarmId, node: null })));
    const found = vectors.accounts.map(({ account }) =>
      map.swarmOf(accountKey(Buffer.from(account, 'hex') as Uint8Array as AccountId)),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(vectors.accounts.map(({ swarm_id }) => BigInt(swarm_id)));
  });

  test('keeps accounts in a swarm of which no node can be reached', () => {
    const map = new SwarmMap([...listed(100, 1, 2), unreachable(10)]);
    expect(map.swarmOf(keyOf(9))).toBe(10n);
    expect(map.membersOf(id(10))).toEqual([]);
    expect(map.membersOf(id(100)).map(({ port }) => port)).toEqual([1, 2]);
  });

  test('ignores nodes that belong to no swarm', () => {
    const [node] = listed(1, 7);
    const map = new SwarmMap([{ swarmId: null, node: node?.node ?? null }, ...listed(5, 1)]);
    expect(map.swarmCount).toBe(1);
    expect(map.membersOf(id(5))).toHaveLength(1);
  });

  test('gives a key that is listed twice to the first swarm only', () => {
    const map = new SwarmMap([...listed(1, 7), ...listed(2, 7)]);
    expect(map.membersOf(id(1)).map(({ key }) => key)).toEqual([nodeKey(7)]);
    expect(map.membersOf(id(2))).toEqual([]);
  });

  test('knows no swarm for anybody while it is empty', () => {
    expect(new SwarmMap([]).swarmOf(keyOf(1))).toBeNull();
  });

  test('tells changes of swarms from changes of members', () => {
    const map = new SwarmMap([...listed(1, 1), ...listed(2, 2)]);
    expect(map.hasSameSwarmsAs(new SwarmMap([...listed(2, 5), ...listed(1, 6)]))).toBe(true);
    expect(map.hasSameSwarmsAs(new SwarmMap([...listed(1, 1), ...listed(3, 2)]))).toBe(false);
    expect(map.hasSameSwarmsAs(new SwarmMap(listed(1, 1)))).toBe(false);
  });
});
