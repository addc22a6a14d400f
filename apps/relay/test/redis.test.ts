import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { silentLedger } from '@push/ledger';
import { connectRedis, redisReady, redisSettings, type RedisConnection, closeRedis } from '@push/redis';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { createPhone, type Fields } from './phone.ts';
import { eventually, openRelay, type RunningRelay } from './relay-world.ts';

let server: RedisServer;
let operator: RedisConnection;
let relay: RunningRelay;
let other: RunningRelay;

const isReady = async ({ adminPort }: RunningRelay): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok;
const keysOf = async (prefix: string): Promise<string[]> =>
  (await operator.keys(`${prefix}:*`)).toSorted((a, b) => a.localeCompare(b));
/** Every registration there is: its names and the bytes under them. */
async function snapshot(): Promise<ReadonlyMap<string, string>> {
  const names = [...(await keysOf('watch')), ...(await keysOf('device')), ...(await keysOf('order'))];
  const values = await Promise.all(names.map((name) => operator.getBuffer(name)));
  return new Map(names.map((name, i) => [name, values[i]?.toString('hex') ?? '']));
}

beforeAll(async () => {
  server = await startRedisServer();
  operator = connectRedis({
    settings: redisSettings({ REDIS_URL: server.urlFor('operator') }),
    use: 'blocking',
    ledger: silentLedger,
  });
  await redisReady(operator);
  const environment = { REDIS_URL: server.urlFor('relay') };
  relay = await openRelay({ environment, registry: 'redis' });
  other = await openRelay({
    environment: { ...environment, RELAY_INDEX_KEY_FILE: relay.keys['RELAY_INDEX_KEY_FILE'] },
    registry: 'redis',
  });
  await eventually(async () => (await isReady(relay)) && (await isReady(other)));
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await closeRedis(operator);
  await server[Symbol.asyncDispose]();
});

test('a relay that starts without Redis answers 503 until it is there', async () => {
  await using lonely = await openRelay({ registry: 'redis', environment: { REDIS_URL: 'redis://127.0.0.1:1' } });
  expect(await isReady(lonely)).toBe(false);
  expect((await lonely.ask('/subscribe', createPhone().subscribe())).status).toBe(503);
});

test('a relay tells its operator that Redis may evict registrations', async () => {
  await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await using told = await openRelay({ registry: 'redis', environment: { REDIS_URL: server.urlFor('relay') } });
  await eventually(() => told.log.some((line) => line.includes('redis.evicts')));
  expect(told.log.find((line) => line.includes('redis.evicts'))).toContain('allkeys-lru');
  await operator.config('SET', 'maxmemory-policy', 'noeviction');
});

test('a relay on a Redis that is full is not ready, and is again when there is room', async () => {
  await operator.config('SET', 'maxmemory', '100kb');
  await eventually(async () => !(await isReady(relay)), 10_000);
  expect((await relay.ask('/subscribe', createPhone().subscribe())).status).toBe(503);
  await operator.config('SET', 'maxmemory', '0');
  await eventually(() => isReady(relay), 10_000);
  expect((await relay.ask('/subscribe', createPhone().subscribe())).status).toBe(200);
}, 30_000);

describe('a relay on Redis', () => {
  const nowS = Math.floor(Date.now() / 1000);

  test('gives the vectors the same verdicts as any other', async () => {
    const url = new URL('../../../test/vectors/subscribe.json', import.meta.url);
    const vectors = JSON.parse(readFileSync(url, 'utf8')) as { now: number; expect: string; request: Fields }[];
    const environment = { REDIS_URL: server.urlFor('relay') };
    const clock = { nowMs: () => (vectors[0]?.now ?? 0) * 1000 };
    await using atThatTime = await openRelay({ environment, registry: 'redis', clock });
    await eventually(() => isReady(atThatTime));
    const { status, body } = await atThatTime.ask(
      '/subscribe',
      vectors.map(({ request }) => request),
    );
    const verdicts = (body as Fields[]).map((answer) => (answer['success'] === true ? 'accept' : 'reject'));
    expect({ status, verdicts }).toEqual({ status: 200, verdicts: vectors.map((vector) => vector.expect) });
  });

  test('stores one record for the watcher and one for the dispatcher, and removes both', async () => {
    const [watches, devices] = [await keysOf('watch'), await keysOf('device')];
    const phone = createPhone();
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ added: true });
    expect([await keysOf('watch'), await keysOf('device')].map((keys) => keys.length)).toEqual([
      watches.length + 1,
      devices.length + 1,
    ]);
    expect((await other.ask('/subscribe', phone.subscribe())).body).toMatchObject({ updated: true });
    expect((await other.ask('/unsubscribe', phone.unsubscribe())).body).toMatchObject({ removed: true });
    expect([await keysOf('watch'), await keysOf('device')]).toEqual([watches, devices]);
  });

  test('changes nothing for a replay, whichever relay it reaches', async () => {
    const phone = createPhone();
    const [old, current] = [
      phone.subscribe({ sig_ts: nowS - 60, namespaces: [0] }),
      phone.subscribe({ sig_ts: nowS - 30 }),
    ];
    await relay.ask('/subscribe', old);
    await relay.ask('/subscribe', current);
    const live = await snapshot();
    expect((await other.ask('/subscribe', old)).body).toMatchObject({ updated: true });
    expect((await other.ask('/unsubscribe', phone.unsubscribe({ sig_ts: nowS - 45 }))).body).toMatchObject({
      error: 4,
    });
    expect(await snapshot()).toEqual(live);

    const end = phone.unsubscribe({ sig_ts: nowS - 10 });
    await relay.ask('/unsubscribe', end);
    const gone = await snapshot();
    const replays = await Promise.all(
      [relay, other].flatMap((each) => [each.ask('/subscribe', current), each.ask('/subscribe', [old, current])]),
    );
    expect(replays.flatMap(({ body }) => [body].flat()).every((answer) => (answer as Fields)['error'] === 4)).toBe(
      true,
    );
    expect(await snapshot()).toEqual(gone);
  });

  test('stores a list of a hundred at once', async () => {
    const before = (await keysOf('watch')).length;
    const phones = Array.from({ length: 100 }, () => createPhone({ prefix: '03' }));
    const { status, body } = await relay.ask(
      '/subscribe',
      phones.map((phone) => phone.subscribe()),
    );
    expect([status, (body as Fields[]).filter((answer) => answer['added'] === true).length]).toEqual([200, 100]);
    expect((await keysOf('watch')).length).toBe(before + 100);
  });
});

describe('a relay whose Redis goes away', () => {
  test('answers 503 and never a success, and serves again by itself', async () => {
    const phone = createPhone();
    await server.stop();
    for (const value of [phone.subscribe(), [phone.subscribe(), {}, phone.subscribe()]]) {
      const response = await relay.post('/subscribe', JSON.stringify(value));
      const answers = [await response.json()].flat() as Fields[];
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
      expect(answers.map((answer) => answer['error'])).toEqual(Array.isArray(value) ? [3, 1, 3] : [3]);
    }
    expect((await relay.post('/unsubscribe', JSON.stringify(phone.unsubscribe()))).status).toBe(503);
    expect((await relay.ask('/subscribe', [{}])).status).toBe(200);
    await eventually(async () => !(await isReady(relay)));

    await server.start();
    await eventually(() => isReady(relay));
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ added: true });
    expect(await relay.metrics.read('push_faults_total', {})).toBe(0);
  });

  test('answers within seconds when Redis hangs, however long the list is', async () => {
    const phones = Array.from({ length: 100 }, () => createPhone({ prefix: '03' }));
    await eventually(() => isReady(relay));
    process.kill(server.pid, 'SIGSTOP');
    try {
      const began = performance.now();
      const { status, body } = await relay.ask(
        '/subscribe',
        phones.map((phone) => phone.subscribe()),
      );
      expect([status, new Set((body as Fields[]).map((answer) => answer['error']))]).toEqual([503, new Set([3])]);
      expect(performance.now() - began).toBeLessThan(10_000);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await eventually(async () => (await relay.ask('/subscribe', createPhone().subscribe())).status === 200);
  });
});
