import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deposit } from '../client/mailbox.ts';
import { accountFromSeed } from '../client/mailbox-key.ts';
import { type Network, startNetwork } from '../network/network.ts';
import { bencode } from '../wire/bencode.ts';
import { monitorString } from '../wire/signed-strings.ts';
import { randomBytes } from '../wire/sodium.ts';
import { vectors } from '../wire/vectors.ts';
import { notifyBody } from './notifier.ts';
import type { StorageNode } from './storage-node.ts';
import { connectPeer, type TestPeer } from './test-peer.ts';

const person = accountFromSeed(Buffer.alloc(32, 7));
const MINUTE_MS = 60_000;
const clock = { ms: 0, nowMs: () => clock.ms };

let network: Network;
let node: StorageNode;
let peer: TestPeer;
beforeEach(async () => {
  clock.ms = 1_763_769_600_000;
  network = await startNetwork({ swarms: 1, nodesPerSwarm: 1, clock });
  const [only] = network.nodesOf(person.account);
  if (only === undefined) throw new Error('no node');
  node = only;
  peer = connectPeer(node);
});
afterEach(async () => {
  await peer[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});

async function subscribe(from: TestPeer, namespaces: readonly number[], wantsData: boolean): Promise<void> {
  const t = Math.floor(clock.ms / 1000);
  const s = person.sign(monitorString(person.account, t, wantsData, namespaces));
  const entry = { P: person.ed25519.publicKey, n: namespaces, s, t, ...(wantsData ? { d: 1 } : {}) };
  expect(String(await from.request('monitor.messages', bencode(entry)))).toBe('d7:successi1ee');
}

function store(data: Buffer, namespace = 0): Promise<string> {
  const mail = { account: person.account, namespace, ttlMs: MINUTE_MS, data, nowMs: clock.ms, key: person };
  return deposit([`http://127.0.0.1:${node.httpPort}`], mail);
}

test.each([...vectors('notify')])('the body for namespace $namespace is byte for byte the vector’s', (vector) => {
  const message = {
    account: Buffer.from(vector.account, 'hex'),
    hash: vector.hash,
    namespace: vector.namespace,
    timestampMs: vector.timestamp_ms,
    expiryMs: vector.expiry_ms,
    data: Buffer.from(vector.data ?? 'not wanted', 'hex'),
  };
  expect(notifyBody(message, vector.data !== null).toString('hex')).toBe(vector.body_hex);
});

test('a subscriber hears of a new message, with the body if it wanted it', async () => {
  await using other = connectPeer(node);
  await subscribe(peer, [0], true);
  await subscribe(other, [0], false);
  const data = randomBytes(76_800);
  const hash = await store(data);
  const fields = {
    '@': person.account,
    h: Buffer.from(hash),
    n: 0n,
    t: BigInt(clock.ms),
    z: BigInt(clock.ms + MINUTE_MS),
  };
  expect(await peer.notification()).toEqual({ ...fields, '~': data });
  expect(await other.notification()).toEqual(fields);
});

test('a message stored again, or in another namespace, is not reported', async () => {
  await subscribe(peer, [0], false);
  await store(Buffer.from('same'));
  await store(Buffer.from('same'));
  await store(Buffer.from('settings'), 3);
  expect(await peer.notificationsSoFar()).toBe(1);
});

test('subscribing again widens: namespaces add up, data stays wanted', async () => {
  await subscribe(peer, [0], true);
  await subscribe(peer, [3], false);
  expect(node.stats.subscriptions).toBe(1);
  await store(Buffer.from('mail'));
  await store(Buffer.from('settings'), 3);
  expect([await peer.notification(), await peer.notification()]).toMatchObject([
    { n: 0n, '~': Buffer.from('mail') },
    { n: 3n, '~': Buffer.from('settings') },
  ]);
});

describe('a subscription lasts 65 minutes', () => {
  test('and not longer', async () => {
    await subscribe(peer, [0], false);
    clock.ms += 65 * MINUTE_MS;
    await store(Buffer.from('in time'));
    expect(await peer.notificationsSoFar()).toBe(1);
    clock.ms += 1;
    await store(Buffer.from('too late'));
    expect(await peer.notificationsSoFar()).toBe(1);
    expect(node.stats.subscriptions).toBe(0);
  });

  test('from the last time it was asked for', async () => {
    await subscribe(peer, [0], false);
    clock.ms += 50 * MINUTE_MS;
    await subscribe(peer, [0], false);
    clock.ms += 50 * MINUTE_MS;
    await store(Buffer.from('in time'));
    expect(await peer.notificationsSoFar()).toBe(1);
  });
});

describe('the routing id alone is the subscriber', () => {
  test('a new connection under it gets the reports of the old one', async () => {
    await subscribe(peer, [0], false);
    await peer[Symbol.asyncDispose]();
    await using again = connectPeer(node, peer.routingId);
    expect(await again.ask('HI')).toEqual(['HELLO']);
    await store(Buffer.from('after the cut'));
    expect(await again.notification()).toMatchObject({ n: 0n });
  });

  test('a peer that is gone costs the others nothing', async () => {
    const gone = connectPeer(node);
    await subscribe(gone, [0], false);
    await subscribe(peer, [0], false);
    await gone[Symbol.asyncDispose]();
    await store(Buffer.from('for whoever is left'));
    expect(await peer.notification()).toMatchObject({ n: 0n });
    expect(node.stats.subscriptions).toBe(2);
  });
});

describe('a node told to misbehave', () => {
  test('forgets, loses, holds back and garbles reports', async () => {
    await subscribe(peer, [0], false);
    node.setNotify('drop');
    await store(Buffer.from('lost'));
    node.setNotify('malformed');
    await store(Buffer.from('garbled'));
    await expect(peer.notification()).rejects.toThrow('cut short');
    node.setNotify('hold');
    const held = await store(Buffer.from('held'));
    expect(await peer.notificationsSoFar()).toBe(0);
    node.setNotify('honest');
    expect(await peer.notification()).toMatchObject({ h: Buffer.from(held) });
    node.forgetSubscriptions();
    await store(Buffer.from('unheard'));
    expect(await peer.notificationsSoFar()).toBe(0);
  });

  test('tells subscribers whatever it likes', async () => {
    await subscribe(peer, [0], false);
    node.broadcast(bencode({ lie: 1 }));
    expect(await peer.notification()).toEqual({ lie: 1n });
  });

  test('refuses every subscription', async () => {
    node.setAnswers('refuse');
    await expect(subscribe(peer, [0], false)).rejects.toThrow(/errcodei4e/);
  });
});
