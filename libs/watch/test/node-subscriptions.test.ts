import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeBencode, type MonitorAnswer } from '@push/protocol';
import { EntrySlots } from '../src/entry-slots.ts';
import { type MonitorBatch, NodeSubscriptions } from '../src/node-subscriptions.ts';
import type { MonitorEntry, WatchedAccount } from '../src/index.ts';
import { keyOf, NOW_MS } from './fixtures.ts';

const MINUTE_MS = 60_000;
const YES: MonitorAnswer = { kind: 'subscribed' };
const NO: MonitorAnswer = { kind: 'refused', reason: 'timestamp' };

let slots: EntrySlots;
let random: number;
let node: NodeSubscriptions;
let peer: NodeSubscriptions;

beforeEach(() => {
  slots = new EntrySlots();
  random = 0.5;
  const peers = (): NodeSubscriptions[] => [node, peer];
  node = new NodeSubscriptions(slots, () => random, peers);
  peer = new NodeSubscriptions(slots, () => random, peers);
});

function add(name: string, bytes = 0): MonitorEntry {
  const account: WatchedAccount = { key: keyOf(1), swarmId: null, devices: [], entries: [] };
  const body = `${name.length + bytes}:${name}${'x'.repeat(bytes)}`;
  const scope = { namespaces: [0], wantsData: true, subaccountTag: '' };
  const entry = { account, ...scope, body, signedAtS: 1, slot: -1 };
  account.entries = [entry];
  slots.add(entry);
  node.added(entry);
  peer.added(entry);
  return entry;
}

function remove(entry: MonitorEntry): void {
  node.removed(entry);
  peer.removed(entry);
  slots.remove(entry);
}

function next(nowMs = NOW_MS): MonitorBatch {
  const batch = node.nextBatch(nowMs);
  if (batch === null) throw new Error('no batch was due');
  return batch;
}

const namesIn = ({ body }: MonitorBatch): string[] => {
  const list = decodeBencode(body, { maxValues: 10_000 });
  if (!Array.isArray(list)) throw new Error('not a list');
  return list.map((item) => Buffer.from(item as Uint8Array).toString());
};

/** The other member confirms everything that is due. */
function peerConfirms(nowMs = NOW_MS): void {
  const batch = peer.nextBatch(nowMs);
  if (batch === null) throw new Error('no batch was due');
  peer.answered(
    batch,
    batch.entries.map(() => YES),
    nowMs,
  );
}

/** Answers everything that is due. */
function settle(answer: MonitorAnswer, nowMs = NOW_MS): void {
  for (let batch = node.nextBatch(nowMs); batch !== null; batch = node.nextBatch(nowMs)) {
    node.answered(
      batch,
      batch.entries.map(() => answer),
      nowMs,
    );
  }
}

describe('while disconnected', () => {
  test('nothing is due', () => {
    add('a');
    expect([node.nextBatch(NOW_MS), node.nextBatchAtMs]).toEqual([null, null]);
  });

  test('nothing counts as confirmed', () => {
    add('a');
    node.connected();
    settle(YES);
    expect(node.confirmedCount).toBe(1);
    node.disconnected();
    expect(node.confirmedCount).toBe(0);
  });
});

describe('a batch', () => {
  beforeEach(() => node.connected());

  test('holds everything that is due as one bencoded list', () => {
    add('a');
    add('bb');
    expect(Buffer.from(next().body).toString()).toBe('l1:a2:bbe');
  });

  test('waits until the one before it is settled', () => {
    add('a');
    const batch = next();
    add('b');
    expect([node.nextBatch(NOW_MS), node.nextBatchAtMs]).toEqual([null, null]);
    node.answered(batch, [YES], NOW_MS);
    expect(namesIn(next())).toEqual(['b']);
  });

  test('holds at most 4,000 entries and 5 MB', () => {
    for (let i = 0; i < 5_000; i += 1) add(`${i}`);
    const first = next();
    expect(first.entries).toHaveLength(4_000);
    node.answered(
      first,
      first.entries.map(() => YES),
      NOW_MS,
    );
    expect(next().entries).toHaveLength(1_000);
  });

  test('stays below 5 MB', () => {
    for (let i = 0; i < 12; i += 1) add(`${i}`, 1_000_000);
    const sizes: number[] = [];
    for (let batch = node.nextBatch(NOW_MS); batch !== null; batch = node.nextBatch(NOW_MS)) {
      expect(batch.body.length).toBeLessThan(5_100_000);
      sizes.push(batch.entries.length);
      node.answered(
        batch,
        batch.entries.map(() => YES),
        NOW_MS,
      );
    }
    expect(sizes).toEqual([4, 4, 4]);
  });

  test('gets its answers in the order of its entries', () => {
    const entries = [add('a'), add('b'), add('c')];
    const outcome = node.answered(next(), [YES, NO, YES], NOW_MS);
    expect([outcome.confirmed, outcome.refused.get('timestamp')]).toEqual([2, 1]);
    expect(entries.map(({ account }) => node.mayReport(account, NOW_MS))).toEqual([true, false, true]);
    expect([node.confirmedCount, node.refusedCount]).toEqual([2, 1]);
  });

  test('of an earlier connection is ignored when its answer comes late', () => {
    add('a');
    const stale = next();
    node.connected();
    node.answered(stale, [YES], NOW_MS);
    expect(node.confirmedCount).toBe(0);
    expect(namesIn(next())).toEqual(['a']);
  });

  test('says nothing about an entry that was removed or replaced while it was under way', () => {
    const gone = add('gone');
    const batch = next();
    remove(gone);
    const successor = add('successor');
    node.answered(batch, [YES], NOW_MS);
    expect([node.confirmedCount, node.mayReport(successor.account, NOW_MS)]).toEqual([0, false]);
    expect(namesIn(next())).toEqual(['successor']);
  });
});

describe('renewal', () => {
  beforeEach(() => node.connected());

  test.each([
    [0, 45],
    [0.5, 50],
    [0.999_999, 55],
  ])('with random %d comes after %d minutes', (value, minutes) => {
    random = value;
    add('a');
    settle(YES);
    const dueMs = node.nextBatchAtMs ?? 0;
    expect(dueMs).toBeGreaterThan(NOW_MS + (minutes - 0.1) * MINUTE_MS);
    expect(dueMs).toBeLessThanOrEqual(NOW_MS + minutes * MINUTE_MS);
    expect(node.nextBatch(dueMs - 1)).toBeNull();
    expect(namesIn(next(dueMs))).toEqual(['a']);
  });

  test('that is under way or unanswered leaves the entry confirmed until its 65 minutes are over', () => {
    const { account } = add('a');
    settle(YES);
    node.failed(next(NOW_MS + 50 * MINUTE_MS), NOW_MS + 50 * MINUTE_MS);
    expect(node.confirmedCount).toBe(1);
    expect(node.mayReport(account, NOW_MS + 64 * MINUTE_MS)).toBe(true);
    expect(node.mayReport(account, NOW_MS + 65 * MINUTE_MS)).toBe(false);
    node.failed(next(NOW_MS + 66 * MINUTE_MS), NOW_MS + 66 * MINUTE_MS);
    expect(node.confirmedCount).toBe(0);
  });

  test('that is refused leaves the entry confirmed until its 65 minutes are over', () => {
    const { account } = add('a');
    settle(YES);
    settle(NO, NOW_MS + 50 * MINUTE_MS);
    expect([node.confirmedCount, node.refusedCount]).toEqual([1, 1]);
    expect(node.mayReport(account, NOW_MS + 64 * MINUTE_MS)).toBe(true);
    settle(NO, NOW_MS + 66 * MINUTE_MS);
    expect([node.confirmedCount, node.refusedCount]).toEqual([0, 1]);
  });
});

describe('a new handshake', () => {
  test('makes everything due at once', () => {
    node.connected();
    for (const name of ['a', 'b', 'c']) add(name);
    settle(YES);
    expect(node.nextBatch(NOW_MS)).toBeNull();
    node.disconnected();
    node.connected();
    expect(node.confirmedCount).toBe(0);
    expect(namesIn(next())).toEqual(['a', 'b', 'c']);
  });

  test('does not silence a node that kept its subscriptions', () => {
    node.connected();
    const { account } = add('a');
    settle(YES);
    node.disconnected();
    node.connected();
    expect(node.mayReport(account, NOW_MS)).toBe(true);
  });

  test('ends every pause', () => {
    node.connected();
    add('a');
    add('b');
    node.failed(next(), NOW_MS);
    expect(node.nextBatch(NOW_MS)).toBeNull();
    node.connected();
    expect(namesIn(next())).toEqual(['a', 'b']);
  });
});

describe('a report', () => {
  beforeEach(() => node.connected());

  test('may overtake the answer to its own subscription', () => {
    const { account } = add('a');
    expect(node.mayReport(account, NOW_MS)).toBe(false);
    next();
    expect(node.mayReport(account, NOW_MS)).toBe(true);
  });

  test('does not count for an entry that another one took the place of', () => {
    const first = add('first');
    settle(YES);
    remove(first);
    const second = add('second');
    expect(node.mayReport(first.account, NOW_MS)).toBe(false);
    expect(node.mayReport(second.account, NOW_MS)).toBe(false);
  });
});

describe('a refused entry', () => {
  beforeEach(() => node.connected());

  /** Seconds from each of `count` refusals to the next request; the first refusal is at `NOW_MS`. */
  function waitsS(count: number): number[] {
    const waits: number[] = [];
    let nowMs = NOW_MS;
    for (let i = 0; i < count; i += 1) {
      settle(NO, nowMs);
      const dueMs = node.nextBatchAtMs ?? 0;
      waits.push((dueMs - nowMs) / 1_000);
      nowMs = dueMs;
    }
    return waits;
  }

  test('is asked again after 10, 20 and 40 minutes while another node reports it', () => {
    add('a');
    peer.connected();
    peerConfirms();
    expect(waitsS(3)).toEqual([600, 1_200, 2_400]);
  });

  test('is asked again after seconds, then less and less often, while no other node reports it', () => {
    add('a');
    peer.connected();
    expect(waitsS(12)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
  });

  test('is asked again after seconds once the node that confirmed it is lost', () => {
    add('a');
    peer.connected();
    peerConfirms();
    peer.disconnected();
    expect(waitsS(1)).toEqual([5]);
  });

  test('is asked again at once under a newer signature', () => {
    const entry = add('a');
    settle(NO);
    node.resigned(entry);
    expect(namesIn(next())).toEqual(['a']);
  });

  test('is asked again at once when the newer signature came while the older was under way', () => {
    const entry = add('a');
    const batch = next();
    node.resigned(entry);
    node.answered(batch, [NO], NOW_MS);
    expect(namesIn(next())).toEqual(['a']);
    node.answered({ ...batch }, [NO], NOW_MS);
  });

  test('starts over after it was confirmed', () => {
    add('a');
    settle(NO);
    settle(NO, node.nextBatchAtMs ?? 0);
    settle(YES, node.nextBatchAtMs ?? 0);
    const dueMs = node.nextBatchAtMs ?? 0;
    settle(NO, dueMs);
    expect((node.nextBatchAtMs ?? 0) - dueMs).toBe(5_000);
  });

  test('of a confirmed account is not sent again for a newer signature', () => {
    const entry = add('a');
    settle(YES);
    node.resigned(entry);
    expect(node.nextBatch(NOW_MS)).toBeNull();
  });
});

describe('a node without usable answers', () => {
  beforeEach(() => node.connected());

  test('is left alone for longer and longer, up to five minutes', () => {
    random = 0.999_999;
    add('a');
    add('b');
    const pausesS: number[] = [];
    let nowMs = NOW_MS;
    for (let i = 0; i < 10; i += 1) {
      const batch = node.nextBatch(nowMs);
      if (batch === null) break;
      node.failed(batch, nowMs);
      pausesS.push(Math.round(((node.nextBatchAtMs ?? 0) - nowMs) / 1000));
      nowMs = node.nextBatchAtMs ?? 0;
    }
    expect(pausesS.slice(0, 3)).toEqual([2, 4, 8]);
    expect(Math.max(...pausesS)).toBeLessThanOrEqual(300);
  });

  test('is paused when it answers another number of entries', () => {
    add('a');
    add('b');
    node.answered(next(), [YES], NOW_MS);
    expect(node.confirmedCount).toBe(0);
    expect(node.nextBatchAtMs).toBeGreaterThan(NOW_MS);
  });

  test('gets its one entry again after a pause when there is no other to blame', () => {
    add('a');
    node.failed(next(), NOW_MS);
    expect(node.refusedCount).toBe(0);
    expect(namesIn(next(node.nextBatchAtMs ?? 0))).toEqual(['a']);
  });

  test('because of one entry confirms all others within minutes', () => {
    const names = Array.from({ length: 100 }, (_, i) => `entry ${i}`);
    for (const name of names) add(name);
    let nowMs = NOW_MS;
    let asked = 0;
    while (node.confirmedCount < 99 && asked < 100) {
      nowMs = Math.max(nowMs, node.nextBatchAtMs ?? nowMs);
      const batch = next(nowMs);
      asked += 1;
      if (namesIn(batch).includes('entry 37')) node.failed(batch, nowMs);
      else
        node.answered(
          batch,
          batch.entries.map(() => YES),
          nowMs,
        );
    }
    expect(node.confirmedCount).toBe(99);
    expect(nowMs - NOW_MS).toBeLessThan(10 * MINUTE_MS);
  });
});

test('a node that joins later is asked for everything there is', () => {
  add('a');
  remove(add('gone'));
  add('b');
  node = new NodeSubscriptions(
    slots,
    () => random,
    () => [],
  );
  node.connected();
  expect(namesIn(next())).toEqual(['a', 'b']);
});
