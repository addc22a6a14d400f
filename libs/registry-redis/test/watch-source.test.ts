import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { Follower } from '../../registry/test/follower.ts';
import { sampleDeregistration, sampleRegistration } from '../../registry/test/samples.ts';
import { freshKeys, type Keys, openDevices, openOperator, openWatches, openWriter } from './redis-registry.ts';

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

const registrationOf = (account: string) => sampleRegistration({ account, signedAt: NOW_S });

describe('a watcher', () => {
  test('sees a new registration well within a second', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    const tookMs: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      const began = performance.now();
      await relay.subscribe(registrationOf(`account ${n}`));
      await follower.until('seen', () => follower.watches.size === n);
      tookMs.push(performance.now() - began);
    }
    // The median: a machine that is busy with something else may delay one of them.
    expect(tookMs.toSorted((a, b) => a - b)[2]).toBeLessThan(500);
    expect(follower.scans).toBe(1);
  });

  test('sees each of many registrations made while it reads a large registry, and none that was ended', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    const subscribe = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, i) => relay.subscribe(registrationOf(`account ${from + i}`))));
    await subscribe(0, 3_000);
    await using follower = new Follower(watches);
    await follower.until('scanning', () => follower.watches.size > 0);
    expect(follower.scans).toBe(0);
    await Promise.all([
      subscribe(3_000, 3_500),
      ...Array.from({ length: 500 }, (_, n) =>
        relay.unsubscribe(sampleDeregistration({ account: `account ${n}`, signedAt: NOW_S })),
      ),
    ]);
    await follower.until('all arrived', () => follower.scans === 1 && follower.watches.size === 3_000);
    const stored = (await operator.keys('watch:*')).map((name) => name.slice('watch:'.length));
    expect(new Set(follower.watches.keys())).toEqual(new Set(stored));
  });

  test('keeps working while there is no feed yet', async () => {
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    expect(await operator.exists('feed')).toBe(0);
    await using relay = await openWriter(server, { keys });
    await relay.subscribe(registrationOf('first'));
    await follower.until('seen', () => follower.watches.size === 1);
    expect(follower.scans).toBe(1);
  });
});

describe('a watcher that may have missed something reads everything again', () => {
  test('when its place in the feed was trimmed away', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await relay.subscribe(registrationOf('known'));
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    // One transaction, so that the entry in between is never there for the watcher to read.
    await operator
      .multi()
      .xadd('feed', '1-*', 'w', 'AAAAAAAAAAAAAAAAAAAAAA')
      .xtrim('feed', 'MAXLEN', 0)
      .xadd('feed', '1-*', 'w', 'AAAAAAAAAAAAAAAAAAAAAA')
      .exec();
    await follower.until('scanned again', () => follower.scans === 2);
    expect(follower.watches.size).toBe(1);
  });

  test('when the feed has begun anew', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await relay.subscribe(registrationOf('one'));
    await relay.subscribe(registrationOf('two'));
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    await operator.del('feed');
    await relay.subscribe(registrationOf('three'));
    await follower.until('seen', () => follower.watches.size === 3);
    expect(follower.scans).toBe(2);
  });

  test('when its connection was interrupted, and drops what has gone meanwhile', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await relay.subscribe(registrationOf('stays'));
    await relay.subscribe(registrationOf('goes'));
    await using follower = new Follower(watches);
    await follower.until('both are watched', () => follower.watches.size === 2);
    const [name = ''] = await operator.keys('watch:*');
    await operator.multi().del(name).call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').exec();
    await follower.until('scanned again', () => follower.scans === 2);
    expect([...follower.watches.keys()].map((id) => `watch:${id}`)).toEqual(
      (await operator.keys('watch:*')).filter((one) => one !== name),
    );
  });

  test('when Redis was restarted', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await relay.subscribe(registrationOf('stays'));
    await using follower = new Follower(watches);
    await follower.until('watched', () => follower.watches.size === 1);
    await server.stop();
    await server.start();
    await follower.until('scanned again', () => follower.scans === 2);
    expect(follower.watches.size).toBe(1);
  });
});

describe('a watcher that starts while Redis is away', () => {
  test('waits for it', async () => {
    await using watches = await openWatches(server, { keys });
    await server.stop();
    await using follower = new Follower(watches);
    await server.start();
    await follower.until('scanned', () => follower.scans === 1);
    expect(follower.watches.size).toBe(0);
  });

  test('stops when told to', async () => {
    await using watches = await openWatches(server, { keys });
    await server.stop();
    const follower = new Follower(watches);
    await follower[Symbol.asyncDispose]();
    expect(follower.scans).toBe(0);
    await server.start();
  });
});

describe('records that cannot be opened', () => {
  test('are counted by reason and spoil nothing else', async () => {
    await using relay = await openWriter(server, { keys });
    await using stranger = await openWriter(server, { keys: { ...keys, watchSeed: randomBytes(32) } });
    await relay.subscribe(registrationOf('good'));
    await stranger.subscribe(registrationOf('sealed for somebody else'));
    await operator.set('watch:AAAAAAAAAAAAAAAAAAAAAA', 'no record', 'EX', 60);
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    expect(follower.watches.size).toBe(1);
    expect(follower.unreadableReasons.sort()).toEqual(['corrupt', 'unknown-key']);
  });
});

describe('news of dead devices', () => {
  test('from before the watcher started is not acted on: they may have been registered again', async () => {
    await using relay = await openWriter(server, { keys });
    await using dispatcher = await openDevices(server, { keys });
    await using watches = await openWatches(server, { keys });
    await relay.subscribe(registrationOf('old'));
    await relay.subscribe(registrationOf('new'));
    await using early = new Follower(watches);
    await early.until('both are watched', () => early.watches.size === 2);
    const [old, fresh] = early.records.map(({ deviceId }) => deviceId);
    if (old === undefined || fresh === undefined) throw new Error('not watched');
    await dispatcher.forget(old);
    await early.until('told', () => early.died.length === 1);
    await using lateWatches = await openWatches(server, { keys });
    await using late = new Follower(lateWatches);
    await late.until('scanned', () => late.scans === 1);
    await dispatcher.forget(fresh);
    await late.until('told', () => late.died.length > 0);
    expect(late.died).toEqual([fresh]);
    await early.until('told again', () => early.died.length === 2);
    expect(early.died).toEqual([old, fresh]);
  });
});
