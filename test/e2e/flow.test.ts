import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { groupFromSeed } from '../stubs/client/group.ts';
import { accountFromSeed } from '../stubs/client/mailbox-key.ts';
import { subscribeRequest } from '../stubs/client/registration.ts';
import { StubClient } from '../stubs/client/stub-client.ts';
import { type Deployment, metricOf, startDeployment } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { nowS, type Person, person, post, subscribing } from './people.ts';

let world: Deployment;
let sender: StubClient;

beforeAll(async () => {
  world = await startDeployment();
  sender = new StubClient({ account: accountFromSeed(Buffer.alloc(32, 7)), oxendUrl: world.network.oxendUrl });
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

interface RecordedPush {
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadBase64: string;
}

async function pushes(service: 'apns' | 'fcm'): Promise<readonly RecordedPush[]> {
  return (await fetch(`${world[service].controlUrl}/pushes?since=0`)).json() as Promise<readonly RecordedPush[]>;
}

async function confirmed(): Promise<number> {
  const counts = await Promise.all(
    world.network.nodes.map(async ({ controlUrl }) => {
      const stats = (await (await fetch(`${controlUrl}/stats`)).json()) as { readonly subscriptions: number };
      return stats.subscriptions;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

test('a registration is watched by its whole swarm within a second, without a restart', async () => {
  const tookMs: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = await confirmed();
    const answer = await post(world.relayUrl, 'subscribe', subscribing(person('apns')));
    const answeredAt = performance.now();
    expect(answer).toEqual({ status: 200, body: { success: true, added: true, message: expect.any(String) } });
    await eventually(async () => (await confirmed()) === before + 3);
    tookMs.push(performance.now() - answeredAt);
  }
  // The median: a machine that is busy with something else may delay one of them.
  expect(tookMs.toSorted((a, b) => a - b)[1]).toBeLessThan(1_000);
});

test('wakeups of many accounts, namespaces, messages and moments are byte for byte the same', async () => {
  const people = Array.from({ length: 24 }, (_, i) => person(i % 2 === 0 ? 'apns' : 'firebase'));
  const group = groupFromSeed(Buffer.alloc(32, 9));
  const [first] = people as [Person];
  const groupWish = { namespaces: [-11, 11, 12, 13, 14], signedAt: nowS() };
  const before = await confirmed();
  const { status, body } = await post(world.relayUrl, 'subscribe', [
    ...people.map((someone) => subscribing(someone)),
    subscribeRequest(group, first.device, groupWish),
  ]);
  expect(status).toBe(200);
  expect(body).toEqual(Array.from({ length: 25 }, () => expect.objectContaining({ success: true })));
  await eventually(async () => (await confirmed()) === before + 75, 5_000);

  for (const [round, size] of [1, 300, 20_000].entries()) {
    const text = `${round}`.repeat(size);
    await Promise.all([
      ...people.map(({ account }) => sender.send(account.sessionId, text, { ttlMs: 120_000 + round })),
      ...[11, -11].map((namespace) => sender.sendToGroup(group, text, { namespace })),
    ]);
    const tokens = new Set(people.map(({ device }) => device.token));
    await eventually(async () => {
      const all = [...(await pushes('apns')), ...(await pushes('fcm'))];
      return [...tokens].every((token) => all.filter((push) => push.token === token).length > round);
    }, 20_000);
  }

  const apns = await pushes('apns');
  expect(apns.length).toBeGreaterThanOrEqual(36);
  expect(new Set(apns.map(({ payloadBase64 }) => payloadBase64)).size).toBe(1);
  const varying = new Set(['apns-id', 'apns-expiration', ':path', 'authorization']);
  const fixed = apns.map(({ headers }) =>
    JSON.stringify(Object.entries(headers).filter(([name]) => !varying.has(name))),
  );
  expect(new Set(fixed).size).toBe(1);

  const fcm = await pushes('fcm');
  expect(fcm.length).toBeGreaterThanOrEqual(36);
  const withoutToken = fcm.map(({ payloadBase64, token }) =>
    Buffer.from(payloadBase64, 'base64').toString().replace(JSON.stringify(token), '""'),
  );
  expect(new Set(withoutToken).size).toBe(1);
}, 90_000);

test('what a message says of itself decides whether it rings', async () => {
  const someone = person('apns', [0, 2, 3, 4, 5]);
  const before = await confirmed();
  await post(world.relayUrl, 'subscribe', subscribing(someone));
  await eventually(async () => (await confirmed()) === before + 3);
  const owner = new StubClient({ account: someone.account, oxendUrl: world.network.oxendUrl });
  /** How many reports had one of these outcomes; each of the three members reports each message. */
  const reports = async (...outcomes: readonly string[]): Promise<number> => {
    const counts = outcomes.map((outcome) => metricOf(world.apps['swarm-watcher'], 'push_reports_total', { outcome }));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  };
  const reportedBy3Members = async (act: () => Promise<unknown>, ...outcomes: readonly string[]): Promise<void> => {
    const reported = await reports(...outcomes);
    await act();
    await eventually(async () => (await reports(...outcomes)) === reported + 3);
  };

  await reportedBy3Members(() => owner.saveConfig(3, 'contacts'), 'no-device');
  await reportedBy3Members(() => sender.send(someone.account.sessionId, 'typing', { ttlMs: 20_000 }), 'silent');
  const call = (): Promise<unknown> => sender.send(someone.account.sessionId, 'calling', { ttlMs: 300_000 });
  await reportedBy3Members(call, 'rung', 'duplicate');
  await eventually(async () => (await pushes('apns')).some(({ token }) => token === someone.device.token));
  expect((await pushes('apns')).filter(({ token }) => token === someone.device.token)).toHaveLength(1);
}, 30_000);

test('a registration renewed by a second relay and sent while Redis was away is there when Redis is back', async () => {
  const other = await world.startApp('relay');
  const someone = person('firebase');
  await world.redis.stop();
  await eventually(async () => (await fetch(`${world.apps.relay.adminUrl}/readyz`)).status === 503);
  const refused = await post(world.relayUrl, 'subscribe', subscribing(someone));
  expect(refused.status).toBe(503);
  await world.redis.start();
  await eventually(async () => (await fetch(`${other.adminUrl}/readyz`)).status === 200, 10_000);
  await eventually(
    async () => (await post(other.relayUrl ?? '', 'subscribe', subscribing(someone))).status === 200,
    10_000,
  );
  await eventually(async () => (await fetch(`${world.apps['swarm-watcher'].adminUrl}/readyz`)).status === 200, 10_000);
  await eventually(async () => {
    await sender.send(someone.account.sessionId, `after the restart ${performance.now()}`);
    return (await pushes('fcm')).some(({ token }) => token === someone.device.token);
  }, 20_000);
}, 60_000);
