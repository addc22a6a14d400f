import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMemoryRegistry, type RegistryWriter } from '@push/registry';
import { sealRequest } from './onion-phone.ts';
import { createPhone } from './phone.ts';
import { eventually, openRelay, type RunningRelay } from './relay-world.ts';

/** A relay that has four items in its registry at once, and one more of small requests; the registry answers when it is let go. */
let relay: RunningRelay;
let letGo: () => void;
let waiting: number;
beforeEach(async () => {
  waiting = 0;
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const { writer } = createMemoryRegistry({ indexKey: new Uint8Array(32), now: () => Date.now() });
  const registry: RegistryWriter = {
    subscribe: async (registration, admits) => {
      waiting += 1;
      await released;
      return writer.subscribe(registration, admits);
    },
    unsubscribe: (deregistration, admits) => writer.unsubscribe(deregistration, admits),
  };
  relay = await openRelay({ registry, environment: { RELAY_MAX_UNDER_WAY: '4' } });
});
afterEach(async () => {
  letGo();
  await relay[Symbol.asyncDispose]();
});

const post = (body: unknown): Promise<Response> => relay.post('/subscribe', JSON.stringify(body));
const BUSY = { error: 3, message: 'too much is under way here; try again later' };

const subscriptions = (count: number): unknown[] => Array.from({ length: count }, () => createPhone().subscribe());

/** Fills the registry, and gives back the requests that fill it. */
async function fill(count: number): Promise<readonly Promise<Response>[]> {
  const requests = subscriptions(count).map((body) => post(body));
  await eventually(() => waiting === count);
  return requests;
}

test('an overloaded relay says so at once, with 503 and when to come back, and takes up again by itself', async () => {
  const requests = await fill(5);
  const response = await post(createPhone().subscribe());
  expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([503, '30', BUSY]);
  expect((await relay.post('/unsubscribe', 'not even JSON')).status).toBe(503);
  expect(waiting).toBe(5);
  letGo();
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect((await post(createPhone().subscribe())).status).toBe(200);
});

test('a small request finds room where a long list does not', async () => {
  const requests = await fill(4);
  const refused = await post(subscriptions(9));
  expect([refused.status, await refused.json()]).toEqual([503, BUSY]);
  const small = post(createPhone().subscribe());
  await eventually(() => waiting === 5);
  letGo();
  expect((await small).status).toBe(200);
  await Promise.all(requests);
});

test('lists of nonsense take nobody’s place', async () => {
  const nonsense = Array.from({ length: 20 }, () => post(Array(500).fill(0)));
  const requests = await fill(4);
  letGo();
  for (const response of [...requests, ...(await Promise.all(nonsense))]) expect((await response).status).toBe(200);
});

test('to an onion request it says the same inside, so that no app blames its path', async () => {
  const requests = await fill(5);
  const request = sealRequest(relay.onionKey, { body: JSON.stringify(createPhone().subscribe()) }, 'xchacha20');
  const response = await relay.post('/oxen/v4/lsrpc', request.body);
  expect(response.status).toBe(200);
  const answer = request.read(new Uint8Array(await response.arrayBuffer()));
  expect(answer).toMatchObject({ code: 503, headers: { 'retry-after': '30' } });
  expect(JSON.parse(answer.text)).toEqual(BUSY);
  letGo();
  await Promise.all(requests);
});

test('what was turned away is counted, and the operator is told once', async () => {
  const requests = await fill(5);
  for (let i = 0; i < 5; i++) await post([]);
  const reason = 'overloaded';
  expect(await relay.metrics.read('push_relay_unusable_requests_total', { reason })).toBe(5);
  expect(relay.log.filter((line) => line.includes('"relay.overloaded"'))).toHaveLength(1);
  letGo();
  await Promise.all(requests);
});

test('a request that failed leaves its place', async () => {
  letGo();
  for (let i = 0; i < 10; i++) await post([{}, {}, createPhone().subscribe()]);
  expect((await post(createPhone().subscribe())).status).toBe(200);
});
