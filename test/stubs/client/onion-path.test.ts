import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Network, startNetwork } from '../network/network.ts';
import { ENC_TYPES } from '../wire/onion-cipher.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';
import { randomBytes } from '../wire/sodium.ts';
import { groupFromSeed, join } from './group.ts';
import { accountFromSeed } from './mailbox-key.ts';
import { pathOf } from './onion-path.ts';
import { postToRelay } from './registration.ts';
import { type StandInRelay, startStandInRelay } from './stand-in-relay.ts';
import { StubClient } from './stub-client.ts';

const alice = accountFromSeed(Buffer.alloc(32, 1));
const group = groupFromSeed(Buffer.alloc(32, 4));
const device = { service: 'firebase', token: 'token' };

let network: Network;
let relay: StandInRelay;
beforeAll(async () => {
  network = await startNetwork({ swarms: 2, nodesPerSwarm: 3, onion: { hopTimeoutMs: 1_000 } });
  relay = await startStandInRelay();
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await relay[Symbol.asyncDispose]();
});
beforeEach(() => {
  relay.answerWith(({ metadata, content }) => {
    const given: unknown = JSON.parse(content);
    const { endpoint } = metadata as { endpoint: string };
    const answer = { success: true, message: endpoint };
    return { code: 200, body: JSON.stringify(Array.isArray(given) ? given.map(() => answer) : answer) };
  });
});

const route = () => ({ relayUrl: relay.url, onionKey: relay.onionKey, oxendUrl: network.oxend.rpcUrl });
const listed = (): readonly ServiceNode[] =>
  network.members.flatMap(({ node, swarmId }) => (node === null ? [] : [node.describe('127.0.0.1', swarmId)]));

describe('a path', () => {
  test('is three different nodes that can be used, and not always the same', async () => {
    const running = network.members.map(({ pubkeyEd25519 }) => pubkeyEd25519);
    const paths = await Promise.all(Array.from({ length: 30 }, () => pathOf(route())));
    for (const path of paths) {
      const keys = path.map(({ pubkeyEd25519 }) => pubkeyEd25519);
      expect(new Set(keys).size).toBe(3);
      expect(running).toEqual(expect.arrayContaining(keys));
    }
    expect(new Set(paths.map(([guard]) => guard?.pubkeyEd25519)).size).toBeGreaterThan(1);
  });

  test('is the given one when one is given', async () => {
    const path = listed().slice(0, 2);
    expect(await pathOf({ relayUrl: relay.url, onionKey: relay.onionKey, path })).toBe(path);
  });

  test('takes three nodes, or there is none', async () => {
    await using small = await startNetwork({ swarms: 1, nodesPerSwarm: 2 });
    await expect(pathOf({ ...route(), oxendUrl: small.oxend.rpcUrl })).rejects.toThrow('lists 2');
  });
});

describe('a phone whose way to the relay is a path', () => {
  const phone = (style: 'ios' | 'android'): StubClient =>
    new StubClient({ account: alice, groups: [join(group, alice)], style, oxendUrl: network.oxend.rpcUrl });

  test.each([undefined, ...ENC_TYPES])('registers and unregisters, with encryption type %s', async (encType) => {
    const before = relay.arrivals.length;
    const way = { ...route(), ...(encType !== undefined && { encType }) };
    const answer = (message: string): object => ({ success: true, message });
    expect(await phone('ios').register(way, device)).toEqual([answer('/subscribe'), answer('/subscribe')]);
    expect(await phone('android').unregister(way, device)).toEqual([answer('/unsubscribe'), answer('/unsubscribe')]);
    const [registered] = relay.arrivals.slice(before);
    expect(registered?.metadata).toEqual({
      method: 'POST',
      endpoint: '/subscribe',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(registered?.content ?? '')).toMatchObject([
      { pubkey: alice.sessionId },
      { pubkey: group.groupId },
    ]);
  });

  test('sends all its batches through the same nodes', async () => {
    const before = network.members.map(({ node }) => node?.stats.onion.opened ?? 0);
    const requests = Array.from({ length: 250 }, (_, item) => ({ item }));
    expect(await postToRelay(route(), 'subscribe', requests, 'android')).toHaveLength(250);
    const opened = network.members.map(({ node }, index) => (node?.stats.onion.opened ?? 0) - (before[index] ?? 0));
    expect(opened.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 3, 3, 3]);
  });
});

describe('what goes wrong', () => {
  const post = (way: Parameters<typeof postToRelay>[0]): Promise<unknown> =>
    postToRelay(way, 'subscribe', [{ item: 1 }], 'android');
  const pathFailure = (status: number | null): object => ({ code: 'ONION_PATH_FAILURE', status });

  test('at the relay is told by the code inside its answer', async () => {
    relay.answerWith(() => ({ code: 503, body: '{"error":5}' }));
    await expect(post(route())).rejects.toMatchObject({ code: 'RELAY_FAILURE', status: 503 });
  });

  test('on the way is told apart from that, by the status that came out of the path', async () => {
    await expect(post({ ...route(), relayUrl: 'http://127.0.0.1:1' })).rejects.toMatchObject(pathFailure(502));
    const otherKey = { ...route(), onionKey: accountFromSeed(randomBytes(32)).x25519.publicKey.toString('hex') };
    await expect(post(otherKey)).rejects.toMatchObject(pathFailure(400));
  });

  test('when a node of the path is not there, or the guard is not', async () => {
    const [first, second, third] = listed() as [ServiceNode, ServiceNode, ServiceNode];
    const away = { ...second, pubkeyEd25519: '00'.repeat(32) };
    const through = (path: readonly ServiceNode[]) => ({ relayUrl: relay.url, onionKey: relay.onionKey, path });
    await expect(post(through([first, away, third]))).rejects.toMatchObject(pathFailure(502));
    await expect(post(through([{ ...first, httpPort: 1 }, second, third]))).rejects.toMatchObject(pathFailure(null));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['what the relay did not encrypt', randomBytes(100)],
  ])('when %s comes back with 200', async (_, body) => {
    relay.misbehave(() => ({ status: 200, body }));
    await expect(post(route())).rejects.toMatchObject(pathFailure(200));
  });
});
