import { beforeEach, describe, expect, test } from '@jest/globals';
import { type DeviceId, encodeMonitorEntry } from '@push/protocol';
import * as fc from 'fast-check';
import { devicesFor, type MonitorEntry } from '../src/index.ts';
import { NamespaceSets } from '../src/monitor-scope.ts';
import { WatchTable } from '../src/watch-table.ts';
import { DAY_MS, type DetailOptions, details, group, keyOf, NOW_MS, sessionId, watchId } from './fixtures.ts';

const LATER_MS = NOW_MS + DAY_MS;
let asked: Set<MonitorEntry>;
let resigned: MonitorEntry[];
let table: WatchTable;

beforeEach(() => {
  asked = new Set();
  resigned = [];
  const listener = {
    added: (entry: MonitorEntry) => void asked.add(entry),
    resigned: (entry: MonitorEntry) => void resigned.push(entry),
    removed: (entry: MonitorEntry) => void asked.delete(entry),
  };
  table = new WatchTable(listener, new NamespaceSets());
});

const put = (id: string, options: DetailOptions = {}, expiresAtMs = LATER_MS): void =>
  table.put(watchId(id), details(options), expiresAtMs);

function wakes(namespace: number, { pollingOnly = false, nowMs = NOW_MS, space = 1 } = {}): string[] {
  const account = table.account(keyOf(space));
  return account === null ? [] : devicesFor(account, namespace, { pollingOnly, nowMs }).map(({ deviceId }) => deviceId);
}

describe('the devices of an account', () => {
  test('are those that asked for the namespace', () => {
    put('a', { device: 'phone', namespaces: [0, 2] });
    put('b', { device: 'tablet', namespaces: [0] });
    expect(wakes(0)).toEqual(['phone', 'tablet']);
    expect(wakes(2)).toEqual(['phone']);
    expect(wakes(5)).toEqual([]);
    expect(wakes(0, { space: 2 })).toEqual([]);
  });

  test('that do not fetch by themselves are left out of quiet wakeups', () => {
    put('a', { device: 'phone', namespaces: [0, 2] });
    put('b', { device: 'fetcher', namespaces: [0, 2], polls: true });
    expect(wakes(2, { pollingOnly: true })).toEqual(['fetcher']);
  });

  test('are not woken after their watch expired, swept or not', () => {
    put('a', { device: 'phone' }, NOW_MS + 1_000);
    expect(wakes(0, { nowMs: NOW_MS + 999 })).toEqual(['phone']);
    expect(wakes(0, { nowMs: NOW_MS + 1_000 })).toEqual([]);
  });

  test('are replaced by a renewal of the same watch', () => {
    put('a', { device: 'phone', namespaces: [0] }, NOW_MS - 1);
    put('a', { device: 'phone', namespaces: [2], signedAt: 2_000 });
    expect([wakes(0), wakes(2), table.watchCount]).toEqual([[], ['phone'], 1]);
  });
});

describe('the entries of an account', () => {
  const bodies = (): string[] => [...asked].map(({ body }) => body);
  const body = (options: DetailOptions): string =>
    Buffer.from(encodeMonitorEntry(details(options).request)).toString('latin1');

  test('are one for all devices that signed for the same, under the newest signature', () => {
    put('a', { device: 'phone', signedAt: 2_000 });
    put('b', { device: 'tablet', signedAt: 3_000 });
    put('c', { device: 'old tablet', signedAt: 1_000 });
    expect(bodies()).toEqual([body({ signedAt: 3_000 })]);
    expect(resigned).toHaveLength(1);
  });

  test.each([
    ['namespaces', { namespaces: [0, 2] }],
    ['the data flag', { wantsData: false }],
    ['the subaccount', { member: 8 }],
  ] as const)('are one more for a device that differs in %s', (_, other) => {
    put('a', { device: 'phone' });
    put('b', { device: 'tablet', ...other });
    expect(bodies()).toEqual([body({}), body(other)]);
  });

  test('are one for each member of a group', () => {
    put('a', { account: group(1), device: 'mine', member: 1 });
    put('b', { account: group(1), device: 'yours', member: 2 });
    expect([asked.size, table.accountCount]).toEqual([2, 1]);
  });

  test('end with the last device that needs them', () => {
    put('a', { device: 'phone' });
    put('b', { device: 'tablet' });
    put('c', { device: 'watch', namespaces: [2] });
    table.remove(watchId('a'));
    expect(asked.size).toBe(2);
    table.remove(watchId('b'));
    expect(bodies()).toEqual([body({ namespaces: [2] })]);
    table.remove(watchId('c'));
    expect([asked.size, table.accountCount, table.watchCount]).toEqual([0, 0, 0]);
  });

  test('are not taken back in between when a renewal leaves them as they are', () => {
    put('a', { device: 'phone' });
    const [entry] = asked;
    put('a', { device: 'phone', signedAt: 2_000 });
    expect([...asked]).toEqual([entry]);
    expect([...asked][0]).toBe(entry);
  });
});

describe('removal', () => {
  test('of an unknown watch does nothing', () => {
    put('a');
    table.remove(watchId('b'));
    expect(table.watchCount).toBe(1);
  });

  test('of a dead device finds its watches', () => {
    put('a', { device: 'phone' });
    put('b', { device: 'tablet' });
    expect(table.watchesOf('phone' as DeviceId)).toEqual(['a']);
    table.remove(watchId('a'));
    expect(table.watchesOf('phone' as DeviceId)).toEqual([]);
    expect(table.watchesOf('never seen' as DeviceId)).toEqual([]);
  });

  test('of what a scan did not see keeps the rest', () => {
    put('a', { device: 'phone' });
    put('b', { account: sessionId(2), device: 'tablet' });
    table.retain(new Set([watchId('b'), watchId('elsewhere')]));
    expect([table.account(keyOf(1)), table.watchCount]).toEqual([null, 1]);
  });

  test('of expired watches goes through the whole table in small steps', () => {
    for (let i = 1; i <= 10; i += 1) {
      put(`${i}`, { account: sessionId(i), device: `${i}` }, i % 2 === 0 ? NOW_MS - 1 : LATER_MS);
    }
    table.sweep(NOW_MS, 4);
    expect(table.watchCount).toBe(8);
    table.sweep(NOW_MS, 4);
    table.sweep(NOW_MS, 4);
    expect(table.watchCount).toBe(5);
    table.sweep(LATER_MS, 100);
    expect([table.watchCount, table.accountCount, asked.size]).toEqual([0, 0, 0]);
  });
});

test('whatever happens, each account asks exactly for what its devices signed, under their newest signature', () => {
  const device = fc.record({
    id: fc.nat(7),
    account: fc.integer({ min: 1, max: 3 }),
    namespaces: fc.constantFrom([0], [0, 2]),
    wantsData: fc.boolean(),
    signedAt: fc.integer({ min: 1, max: 9 }),
  });
  const step = fc.oneof({ weight: 3, arbitrary: device }, fc.nat(7));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      asked.clear();
      for (const id of table.watchesOf('d' as DeviceId)) table.remove(id);
      table.retain(new Set());
      const model = new Map<number, { account: number; scope: string }>();
      for (const s of steps) {
        if (typeof s === 'number') {
          table.remove(watchId(`${s}`));
          model.delete(s);
        } else {
          put(`${s.id}`, { ...s, account: sessionId(s.account), device: `d${s.id}` });
          model.set(s.id, { account: s.account, scope: `${s.account}/${s.namespaces.join()}/${s.wantsData}` });
        }
      }
      const wanted = new Set([...model.values()].map(({ scope }) => scope));
      const got = [...asked].map((e) => `${e.account.key.charCodeAt(32)}/${e.namespaces.join()}/${e.wantsData}`);
      expect(got.sort()).toEqual([...wanted].sort());
      expect(table.watchCount).toBe(model.size);
      expect(table.accountCount).toBe(new Set([...model.values()].map(({ account }) => account)).size);
    }),
  );
});
