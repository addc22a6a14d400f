import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Deployment, startDeployment } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { nowS, type Person, person, post, type RelayRequest, subscribing, unsubscribing } from './people.ts';
import { storedRecords } from './stored-records.ts';

let world: Deployment;
let relays: readonly [string, string];
let redis: Redis;
let someone: Person;

beforeAll(async () => {
  world = await startDeployment();
  relays = [world.relayUrl, (await world.startApp('relay')).relayUrl ?? ''];
  redis = new Redis(world.redis.urlFor('operator'));
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  someone = person('apns');
});

const stored = (): Promise<ReadonlyMap<string, string>> => storedRecords(redis);

async function count(pattern: string): Promise<number> {
  return (await redis.keys(pattern)).length;
}

const both = (action: 'subscribe' | 'unsubscribe', request: RelayRequest) =>
  Promise.all(relays.map((relay) => post(relay, action, request)));

test('an older subscribe on a live registration is answered and changes nothing', async () => {
  await post(relays[0], 'subscribe', subscribing(someone, nowS()));
  const before = await stored();
  const [answer] = await both('subscribe', subscribing(someone, nowS() - 60));
  expect(answer).toMatchObject({ status: 200, body: { success: true, updated: true } });
  expect(await stored()).toEqual(before);
});

test('an equal subscribe, through two relays at once, leaves one registration that lives as long as before', async () => {
  const request = subscribing(someone);
  const expiries = async (): Promise<readonly string[]> =>
    [...(await stored())].map(([key, value]) => `${key} ${value.split(' ')[1]}`).sort();
  await post(relays[0], 'subscribe', request);
  const before = await expiries();
  for (let round = 0; round < 10; round += 1) {
    for (const { status, body } of await both('subscribe', request)) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ success: true });
    }
  }
  expect(await expiries()).toEqual(before);
});

test.each([0, -1, -3_600])(
  'after an unsubscribe, a subscribe signed %d seconds later does not come back',
  async (by) => {
    const left = nowS();
    await post(relays[0], 'subscribe', subscribing(someone, left - 4_000));
    const gone = await post(relays[1], 'unsubscribe', unsubscribing(someone, left));
    expect(gone).toMatchObject({ status: 200, body: { success: true, removed: true } });
    const before = await stored();
    for (const { status, body } of await both('subscribe', subscribing(someone, left + by))) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ error: 4 });
    }
    expect(await stored()).toEqual(before);
  },
);

test('a replayed unsubscribe does not remove a newer registration', async () => {
  const early = nowS() - 100;
  await post(relays[0], 'subscribe', subscribing(someone, early - 1));
  await post(relays[0], 'unsubscribe', unsubscribing(someone, early));
  await post(relays[1], 'subscribe', subscribing(someone, early + 50));
  const before = await stored();
  for (const { body } of await both('unsubscribe', unsubscribing(someone, early))) {
    expect(body).toMatchObject({ error: 4 });
  }
  expect(await stored()).toEqual(before);
});

test('whatever order two relays get the same requests in, the newest wins', async () => {
  const start = nowS() - 1_000;
  const people = Array.from({ length: 12 }, () => person('firebase'));
  const before = await count('watch:*');
  await Promise.all(
    people.flatMap((each, index) => {
      const leavesLast = index % 2 === 0;
      const requests = [
        ['subscribe', subscribing(each, start)],
        ['unsubscribe', unsubscribing(each, start + 1)],
        ['subscribe', subscribing(each, start + 2)],
        ...(leavesLast ? ([['unsubscribe', unsubscribing(each, start + 3)]] as const) : []),
      ] as const;
      return requests.flatMap(([action, request]) => relays.map((relay) => post(relay, action, request)));
    }),
  );
  // Given back without anybody waiting for it, long before it would end by itself.
  await eventually(async () => (await count('lease:*')) === 0, 2_000);
  expect(await count('watch:*')).toBe(before + 6);
  expect(await count('device:*')).toBe(await count('watch:*'));
}, 30_000);
