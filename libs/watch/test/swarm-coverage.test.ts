import { describe, expect, test } from '@jest/globals';
import { SwarmCoverage, SwarmMap } from '../src/index.ts';
import {
  coverageOf,
  DAY_MS,
  details,
  keyOf,
  listed,
  nodeKey,
  NOW_MS,
  onlyEntry,
  sessionId,
  watchId,
} from './fixtures.ts';

const LATER_MS = NOW_MS + DAY_MS;

function put(coverage: SwarmCoverage, id: string, space: number): void {
  coverage.put(watchId(id), details({ account: sessionId(space), device: `device ${id}` }), LATER_MS);
}

const ports = (coverage: SwarmCoverage): number[] =>
  [...coverage.wantedMembers().values()].map(({ node }) => node.port).sort((a, b) => a - b);

function confirmAll(coverage: SwarmCoverage): void {
  for (const { subscriptions } of coverage.wantedMembers().values()) {
    if (!subscriptions.isConnected) subscriptions.connected();
    const batch = subscriptions.nextBatch(NOW_MS);
    if (batch !== null)
      subscriptions.answered(
        batch,
        batch.entries.map(() => ({ kind: 'subscribed' })),
        NOW_MS,
      );
  }
}

describe('the nodes to be connected to', () => {
  test('are the members of swarms that hold watched accounts, and no others', () => {
    const coverage = new SwarmCoverage(() => 0.5);
    coverage.setMap(new SwarmMap([...listed(10, 1, 2), ...listed(1_000, 3, 4)]));
    expect(ports(coverage)).toEqual([]);
    put(coverage, 'a', 11);
    expect(ports(coverage)).toEqual([1, 2]);
    put(coverage, 'b', 990);
    expect(ports(coverage)).toEqual([1, 2, 3, 4]);
    coverage.remove(watchId('a'));
    expect(ports(coverage)).toEqual([3, 4]);
  });

  test('are found when the network becomes known after the accounts', () => {
    const coverage = new SwarmCoverage(() => 0.5);
    put(coverage, 'a', 11);
    expect(ports(coverage)).toEqual([]);
    expect(coverage.setMap(new SwarmMap(listed(10, 1, 2)))).toBe(1);
    expect(ports(coverage)).toEqual([1, 2]);
    confirmAll(coverage);
    expect(coverage.isWatched).toBe(true);
  });

  test('follow changes of address and membership; those that stay keep what they confirmed', () => {
    const coverage = coverageOf(1, 2);
    put(coverage, 'a', 1);
    confirmAll(coverage);
    const moved = listed(1, 2, 3).map(({ swarmId, node }) => ({
      swarmId,
      node: node === null ? null : { key: node.key, host: '10.0.0.1', port: node.port },
    }));
    expect(coverage.setMap(new SwarmMap(moved))).toBe(0);
    const members = coverage.wantedMembers();
    expect([...members.keys()]).toEqual([nodeKey(2), nodeKey(3)]);
    expect(members.get(nodeKey(2))?.node.host).toBe('10.0.0.1');
    expect(members.get(nodeKey(2))?.subscriptions.confirmedCount).toBe(1);
    expect(members.get(nodeKey(3))?.subscriptions.confirmedCount).toBe(0);
  });
});

describe('accounts', () => {
  test('move to the swarm that has become nearest, and only they', () => {
    const coverage = new SwarmCoverage(() => 0.5);
    coverage.setMap(new SwarmMap(listed(10, 1)));
    put(coverage, 'stays', 11);
    put(coverage, 'moves', 90);
    confirmAll(coverage);
    expect(coverage.setMap(new SwarmMap([...listed(10, 1), ...listed(100, 2)]))).toBe(1);
    expect(coverage.account(keyOf(11))?.swarmId).toBe(10n);
    expect(coverage.account(keyOf(90))?.swarmId).toBe(100n);
    const [old, current] = [nodeKey(1), nodeKey(2)].map((key) => coverage.wantedMembers().get(key)?.subscriptions);
    const moved = onlyEntry(coverage, 90).account;
    expect(old?.mayReport(moved, NOW_MS)).toBe(false);
    confirmAll(coverage);
    expect(current?.mayReport(moved, NOW_MS)).toBe(true);
    expect(old?.mayReport(onlyEntry(coverage, 11).account, NOW_MS)).toBe(true);
  });

  test('of a swarm without reachable members are not watched, and it says so', () => {
    const coverage = coverageOf();
    coverage.setMap(new SwarmMap([{ swarmId: onlySwarm(), node: null }]));
    expect(coverage.isWatched).toBe(true);
    put(coverage, 'a', 1);
    expect(coverage.isWatched).toBe(false);
  });
});

describe('coverage', () => {
  test('holds from the first confirmation of one member until none is left', () => {
    const coverage = coverageOf(1, 2);
    put(coverage, 'a', 1);
    expect(coverage.isWatched).toBe(false);
    confirmAll(coverage);
    const [first, second] = [...coverage.wantedMembers().values()];
    first?.subscriptions.disconnected();
    expect(coverage.isWatched).toBe(true);
    second?.subscriptions.disconnected();
    expect(coverage.isWatched).toBe(false);
  });

  test('names the swarms in which something is to be done, once', () => {
    const coverage = coverageOf(1);
    coverage.takeTouched();
    put(coverage, 'a', 1);
    put(coverage, 'b', 2);
    expect([...coverage.takeTouched()].map(({ id }) => id)).toEqual([1n]);
    expect(coverage.takeTouched().size).toBe(0);
    coverage.remove(watchId('a'));
    expect(coverage.takeTouched().size).toBe(1);
  });

  test.each([
    ['soon while no other member reports it', false, 5],
    ['after minutes while another member reports it', true, 600],
  ])('asks a member again for an entry it refused: %s', (_, isReported, seconds) => {
    const coverage = coverageOf(1, 2);
    put(coverage, 'a', 1);
    if (isReported) confirmAll(coverage);
    const refusing = coverage.wantedMembers().get(nodeKey(1))?.subscriptions;
    refusing?.connected();
    const batch = refusing?.nextBatch(NOW_MS);
    if (!batch) throw new Error('nothing to refuse');
    refusing?.answered(batch, [{ kind: 'refused', reason: 'other' }], NOW_MS);
    expect(refusing?.nextBatchAtMs).toBe(NOW_MS + seconds * 1_000);
  });

  test('counts accounts and watches, and drops those that are no longer registered or expired', () => {
    const coverage = coverageOf(1);
    put(coverage, 'a', 1);
    put(coverage, 'b', 1);
    put(coverage, 'c', 2);
    expect([coverage.accountCount, coverage.watchCount]).toEqual([2, 3]);
    coverage.retain(new Set([watchId('a'), watchId('c')]));
    expect([coverage.accountCount, coverage.watchCount]).toEqual([2, 2]);
    coverage.sweep(LATER_MS, 100);
    expect([coverage.accountCount, coverage.watchCount, ports(coverage).length]).toEqual([0, 0, 0]);
  });
});

function onlySwarm() {
  const [item] = listed(1, 1);
  if (item === undefined) throw new Error('no swarm');
  return item.swarmId;
}
