import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceToken, UnixMs, UnixSeconds } from '@push/protocol';
import { recordExpiry, type Registration } from '@push/registry';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { join } from 'node:path';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { bytesOf, sampleDeregistration, sampleRegistration } from '../../registry/test/samples.ts';
import type { RedisRegistryWriter } from '../src/index.ts';
import { freshKeys, openDevices, openOperator, openWriter } from './redis-registry.ts';

const DAY_MS = 86_400_000;
const NOW_S = Math.floor(Date.now() / 1_000);

let server: RedisServer;
let operator: Redis & AsyncDisposable;
let relay: RedisRegistryWriter;
const keys = freshKeys();
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
  relay = await openWriter(server, { keys });
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
});

/** Every stored key but leases, which are on their way out: its kind, its id, its size and when it goes. */
async function storedKeys() {
  const names = (await operator.keys('*')).filter((name) => !name.startsWith('lease:'));
  return Promise.all(
    names.sort().map(async (name) => {
      const [kind = '', id = ''] = name.split(':');
      const bytes = (await operator.type(name)) === 'string' ? await operator.strlen(name) : 0;
      return { kind, id, bytes, expiresAtMs: await operator.pexpiretime(name) };
    }),
  );
}

describe('what a registration leaves in Redis', () => {
  test('is three records of fixed size, two epochs and the feed', async () => {
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
    const sizes = (await storedKeys()).map(({ kind, bytes }) => `${kind} ${bytes}`);
    expect(sizes.sort()).toEqual(['device 233', 'epoch 1130', 'epoch 1130', 'feed 0', 'order 38', 'watch 313']);
  });

  test.each([
    ['signed just now', 0],
    ['signed nine days ago', 9 * 86_400],
    ['signed by a clock that is a day ahead', -86_000],
  ])('goes by the rule and within 14 days when %s', async (_, ageS) => {
    const signedAt = (NOW_S - ageS) as UnixSeconds;
    const began = Date.now();
    await relay.subscribe(sampleRegistration({ signedAt }));
    const records = (await storedKeys()).filter(({ kind }) => ['watch', 'device', 'order'].includes(kind));
    expect(records).toHaveLength(3);
    for (const { id, expiresAtMs } of records) {
      expect(expiresAtMs).toBe(recordExpiry(id, signedAt, began as UnixMs));
      expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + 14 * DAY_MS);
    }
    expect(new Set(records.map(({ expiresAtMs }) => expiresAtMs)).size).toBe(3);
  });

  test('leaves nothing without an expiry, and only epochs outlast 14 days, by one', async () => {
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
    await relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S, account: 'bob' }));
    await using dispatcher = await openDevices(server, { keys });
    const device = (await storedKeys()).find(({ kind }) => kind === 'device');
    await dispatcher.forget((device?.id ?? '') as Parameters<typeof dispatcher.forget>[0]);
    const lifetimes = (await storedKeys()).map(({ kind, expiresAtMs }) => [kind, (expiresAtMs - Date.now()) / DAY_MS]);
    expect(new Set(lifetimes.map(([kind]) => kind))).toEqual(new Set(['watch', 'order', 'epoch', 'feed', 'dead']));
    for (const [kind, days] of lifetimes) {
      expect([kind, Number(days) > 0]).toEqual([kind, true]);
      expect([kind, Number(days) <= (kind === 'epoch' ? 15 : 14)]).toEqual([kind, true]);
    }
  });

  test('after it was ended is one order record', async () => {
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
    await relay.unsubscribe(sampleDeregistration({ signedAt: NOW_S }));
    const kinds = (await storedKeys()).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['epoch', 'epoch', 'feed', 'order']);
  });

  test('has one size for long tokens, too', async () => {
    const sizes = new Set<number>();
    for (const length of [187, 500, 999]) {
      const token = bytesOf(`token ${length}`, length) as DeviceToken;
      await relay.subscribe({ ...sampleRegistration({ signedAt: NOW_S }), service: 'firebase', token });
      for (const { kind, bytes } of await storedKeys()) if (kind === 'device') sizes.add(bytes);
    }
    expect([...sizes]).toEqual([1_065]);
  });

  test('looks different each time it is written, except for its names', async () => {
    const values = async (): Promise<string[]> => {
      const names = (await operator.keys('*')).filter((name) => /^(watch|device|order):/.test(name)).sort();
      return Promise.all(names.map(async (name) => `${(await operator.getBuffer(name))?.toString('hex')}`));
    };
    const registration = sampleRegistration({ signedAt: NOW_S });
    await relay.subscribe(registration);
    const first = await values();
    await relay.subscribe(registration);
    const second = await values();
    expect(first).toHaveLength(3);
    expect(second).toHaveLength(3);
    expect(new Set([...first, ...second]).size).toBe(6);
  });

  test('holds no account, key, signature, token or time of signing, in bytes, hex or base64', async () => {
    const registrations = Array.from({ length: 20 }, (_, n) =>
      sampleRegistration({ account: `account ${n}`, token: `token ${n}`, signedAt: NOW_S - n, service: 'apns' }),
    );
    await Promise.all(registrations.map((registration) => relay.subscribe(registration)));
    await operator.call('SAVE');
    const aof = readFileSync(join(server.dir, 'appendonlydir', 'appendonly.aof.1.incr.aof'));
    const dump = Buffer.concat([readFileSync(join(server.dir, 'dump.rdb')), aof]);
    expect(dump.includes('watch:')).toBe(true);
    const found = registrations.flatMap(secretsOf).filter((secret) => contains(dump, secret));
    expect(found).toHaveLength(0);
  });
});

function secretsOf({ request, token }: Registration): Uint8Array[] {
  const signedAt = Buffer.alloc(8);
  signedAt.writeBigUInt64BE(BigInt(request.signedAt));
  const texts = [`${request.signedAt}`, `${request.signedAt * 1_000}`].map((text) => Buffer.from(text));
  const { account, signature } = request;
  return [account, account.subarray(1), request.ed25519 ?? account, signature, token, signedAt, ...texts];
}

function contains(dump: Buffer, secret: Uint8Array): boolean {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '').slice(0, -1);
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), base64, bytes.toString('base64url')];
  return dump.includes(bytes) || texts.some((text) => dump.includes(text));
}
