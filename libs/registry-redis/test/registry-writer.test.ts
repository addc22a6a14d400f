import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceId } from '@push/protocol';
import type { RegistryUnavailable } from '@push/registry';
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { Follower } from '../../registry/test/follower.ts';
import { sampleDeregistration, sampleRegistration } from '../../registry/test/samples.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { freshKeys, type Keys, openDevices, openOperator, openWatches, openWriter, ringOf } from './redis-registry.ts';

const NOW_S = Math.floor(Date.now() / 1_000);

let server: RedisServer;
let operator: Redis & AsyncDisposable;
let keys: Keys;
beforeAll(async () => {
  server = await startRedisServer({ appendOnly: true });
  operator = await openOperator(server);
});
afterAll(async () => {
  await operator[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await operator.flushall();
  keys = freshKeys();
});

/** Resolves when a connection is up for the second time. */
function secondTime(): { readonly onUp: (isUp: boolean) => void; readonly done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ups = 0;
  return {
    onUp: (isUp) => {
      if (isUp && ++ups === 2) resolve();
    },
    done: promise,
  };
}

const namesOf = async (prefix: string): Promise<string[]> => (await operator.keys(`${prefix}*`)).sort();

describe('while Redis is away', () => {
  afterEach(() => server.start());

  test('nobody gets a false success, and each gets an answer within seconds', async () => {
    await using relay = await openWriter(server, { keys });
    await using dispatcher = await openDevices(server, { keys });
    await server.stop();
    const began = performance.now();
    const attempts = await Promise.allSettled([
      relay.subscribe(sampleRegistration({ signedAt: NOW_S })),
      relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S })),
      dispatcher.read('AAAAAAAAAAAAAAAAAAAAAA' as DeviceId),
      dispatcher.forget('AAAAAAAAAAAAAAAAAAAAAA' as DeviceId),
    ]);
    expect(performance.now() - began).toBeLessThan(3_000);
    const reasons = attempts.map((attempt) => attempt.status === 'rejected' && (attempt.reason as RegistryUnavailable));
    for (const reason of reasons) expect(reason).toMatchObject({ name: 'RegistryUnavailable', code: 'unreachable' });
  });
});

describe('a Redis that was away', () => {
  test('is written to again as soon as it is back, under new epochs when it is another run', async () => {
    const reconnected = secondTime();
    await using relay = await openWriter(server, { keys, onUp: reconnected.onUp });
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S, account: 'before' }));
    const before = await namesOf('epoch:');
    await server.stop();
    await server.start();
    await reconnected.done;
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S, account: 'after' }));
    await using watches = await openWatches(server, { keys });
    await using late = new Follower(watches);
    await late.until('both are watched', () => late.watches.size === 2);
    expect(late.unreadableReasons).toEqual([]);
    expect(before.length).toBe(2);
    expect((await namesOf('epoch:')).length).toBe(4);
  });

  test('and lost everything is given the epochs again that records need', async () => {
    const reconnected = secondTime();
    await using relay = await openWriter(server, { keys, onUp: reconnected.onUp });
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S, account: 'before' }));
    await operator.flushall();
    await server.stop();
    await server.start();
    await reconnected.done;
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S, account: 'after' }));
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('watched', () => follower.watches.size === 1);
    expect(follower.unreadableReasons).toEqual([]);
  });
});

describe('a registration that another relay is working on', () => {
  const hold = async (): Promise<string> => {
    await using relay = await openWriter(server, { keys });
    await relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S }));
    const [order = ''] = await namesOf('order:');
    const lease = order.replace('order:', 'lease:');
    await operator.set(lease, 'another relay', 'PX', 60_000);
    return lease;
  };

  test('is waited for', async () => {
    const lease = await hold();
    await using relay = await openWriter(server, { keys });
    const outcome = relay.subscribe(sampleRegistration({ signedAt: NOW_S + 1 }));
    await operator.pexpire(lease, 300);
    expect(await outcome).toBe('added');
  });

  test('is given up after about three seconds, and the lease stays with its holder', async () => {
    const lease = await hold();
    await using relay = await openWriter(server, { keys });
    const began = performance.now();
    const attempts = [1, 2, 3].map((n) => relay.subscribe(sampleRegistration({ signedAt: NOW_S + n })));
    const outcomes = await Promise.allSettled(attempts);
    expect(performance.now() - began).toBeLessThan(4_500);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(attempts[2]).rejects.toMatchObject({ code: 'busy' });
    expect(await operator.get(lease)).toBe('another relay');
    expect(await namesOf('watch:')).toEqual([]);
  });
});

test('of many requests of one registration at once the newest are carried out, also behind hundreds of replays', async () => {
  await using relay = await openWriter(server, { keys });
  const at = (second: number) =>
    relay.subscribe(sampleRegistration({ signedAt: NOW_S + second, namespaces: [second] }));
  await at(0);
  const replays = Promise.allSettled(Array.from({ length: 500 }, () => at(0)));
  const own = Promise.allSettled(Array.from({ length: 100 }, (_, i) => at(i + 1)));
  expect(await at(200)).toBe('updated');
  const outcomes = [...(await replays), ...(await own)];
  const busy = outcomes.filter(({ status }) => status === 'rejected');
  expect(outcomes.length - busy.length).toBeLessThanOrEqual(9);
  for (const outcome of busy) expect(outcome).toMatchObject({ reason: { code: 'busy' } });
  expect(await at(0)).toBe('updated');
  await using watches = await openWatches(server, { keys });
  await using follower = new Follower(watches);
  await follower.until('scanned', () => follower.scans > 0);
  expect(follower.records.map(({ request }) => request.namespaces)).toEqual([[200]]);
});

test('a finished registration gives its lease back long before it ends by itself', async () => {
  await using relay = await openWriter(server, { keys });
  await relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
  const began = performance.now();
  for (let left = 1; left > 0; left = (await namesOf('lease:')).length) {
    expect(performance.now() - began).toBeLessThan(1_000);
  }
  expect((await namesOf('watch:')).length).toBe(1);
});

describe('with a ring of index keys', () => {
  const oldKey = randomBytes(32);
  const newKey = randomBytes(32);

  test('a registration made under an older key moves to the newest', async () => {
    await using relay = await openWriter(server, { keys });
    keys.index.current = ringOf(oldKey).current;
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S - 5 }));
    const before = await namesOf('watch:');
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('watched', () => follower.watches.size === 1);
    keys.index.current = ringOf(newKey, oldKey).current;
    expect(await relay.subscribe(sampleRegistration({ signedAt: NOW_S }))).toBe('updated');
    const after = await namesOf('watch:');
    expect([before.length, after.length, (await namesOf('device:')).length]).toEqual([1, 1, 1]);
    expect(after).not.toEqual(before);
    await follower.until('the watcher has moved', () => `watch:${[...follower.watches.keys()].join()}` === after[0]);
  });

  test('an end under an older key still refuses a replay', async () => {
    await using relay = await openWriter(server, { keys });
    keys.index.current = ringOf(oldKey).current;
    await relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S }));
    keys.index.current = ringOf(newKey, oldKey).current;
    expect(await relay.subscribe(sampleRegistration({ signedAt: NOW_S }))).toBe('superseded');
  });

  test('an unsubscribe ends what was made under any of them', async () => {
    await using relay = await openWriter(server, { keys });
    keys.index.current = ringOf(oldKey).current;
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S - 5 }));
    keys.index.current = ringOf(newKey, oldKey).current;
    expect(await relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S }))).toBe('removed');
    const left = await Promise.all(['watch:', 'device:', 'order:'].map(namesOf));
    expect(left.map(({ length }) => length)).toEqual([0, 0, 1]);
  });
});

test('a thousand registrations at once share their round trips', async () => {
  await using proxy = await startCuttingProxy(server.port);
  await using relay = await openWriter(server, { keys, port: proxy.port });
  const registrations = Array.from({ length: 1_000 }, (_, n) =>
    sampleRegistration({ account: `account ${n}`, signedAt: NOW_S }),
  );
  const outcomes = await Promise.all(registrations.map((registration) => relay.subscribe(registration)));
  expect(new Set(outcomes)).toEqual(new Set(['added']));
  const perRegistration = (proxy.commands.length - 10) / registrations.length;
  expect(perRegistration).toBeLessThanOrEqual(7);
  expect(proxy.batches).toBeLessThan(200);
});

test('a dispatcher says which records it cannot open', async () => {
  await using relay = await openWriter(server, { keys });
  await relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
  const [name = ''] = await namesOf('device:');
  const deviceId = name.slice('device:'.length) as DeviceId;
  await using stranger = await openDevices(server, { keys: { ...keys, deviceSeed: randomBytes(32) } });
  expect(await stranger.read(deviceId)).toEqual({ kind: 'unreadable', reason: 'unknown-key' });
  await using dispatcher = await openDevices(server, { keys });
  await operator.setrange(name, 100, 'changed');
  expect(await dispatcher.read(deviceId)).toEqual({ kind: 'unreadable', reason: 'corrupt' });
  for (const epoch of await namesOf('epoch:')) await operator.del(epoch);
  await using late = await openDevices(server, { keys });
  expect(await late.read(deviceId)).toEqual({ kind: 'unreadable', reason: 'missing-epoch' });
});
