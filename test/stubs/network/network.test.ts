import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deposit, fetchMail } from '../client/mailbox.ts';
import { accountFromSeed, type Account } from '../client/mailbox-key.ts';
import { askSwarm, locateSwarm } from '../client/swarm-client.ts';
import { connectPeer, type TestPeer } from '../storage-node/test-peer.ts';
import type { StorageNode } from '../storage-node/storage-node.ts';
import { bencode } from '../wire/bencode.ts';
import { monitorString } from '../wire/signed-strings.ts';
import { randomBytes } from '../wire/sodium.ts';
import { NO_SWARM } from '../wire/swarm-space.ts';
import { type Network, startNetwork } from './network.ts';

let network: Network;
let peers: TestPeer[];
beforeEach(async () => {
  network = await startNetwork({ swarms: 3, nodesPerSwarm: 3 });
  peers = [];
});
afterEach(async () => {
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  await network[Symbol.asyncDispose]();
});

async function subscribe(person: Account, node: StorageNode): Promise<TestPeer> {
  const peer = connectPeer(node);
  peers.push(peer);
  const t = Math.floor(Date.now() / 1000);
  const s = person.sign(monitorString(person.account, t, false, [0]));
  const answer = await peer.request('monitor.messages', bencode({ P: person.ed25519.publicKey, n: [0], s, t }));
  expect(String(answer)).toBe('d7:successi1ee');
  return peer;
}

async function store(person: Account): Promise<string> {
  const members = await locateSwarm(network.oxend.rpcUrl, person.account);
  const mail = { namespace: 0, ttlMs: 60_000, data: randomBytes(30), nowMs: Date.now(), key: null };
  return deposit(members, { account: person.account, ...mail });
}

const hashesAt = async (node: StorageNode, person: Account): Promise<readonly string[]> => {
  const question = { namespace: 0, lastHash: null, nowMs: Date.now() };
  const mails = await fetchMail([`http://127.0.0.1:${node.httpPort}`], person, question);
  return mails.map(({ hash }) => hash);
};

const newPerson = (): Account => accountFromSeed(randomBytes(32));
const swarmIn = (person: Account): bigint => {
  const [member] = network.nodesOf(person.account);
  return network.oxend.list.get(member?.pubkeyEd25519 ?? '')?.swarmId ?? NO_SWARM;
};
/** Somebody whose swarm is the first one. */
const personOfFirstSwarm = (): Account => {
  for (;;) {
    const person = newPerson();
    if (swarmIn(person) === network.swarmIds[0]) return person;
  }
};

test('every member of the swarm reports a message, and nobody else does', async () => {
  const person = newPerson();
  const inside = network.nodesOf(person.account);
  const outside = network.members.flatMap(({ node }) => (node === null || inside.includes(node) ? [] : [node]));
  const members = await Promise.all(inside.map((node) => subscribe(person, node)));
  const strangers = await Promise.all(outside.map((node) => subscribe(person, node)));
  const hash = await store(person);
  for (const peer of members) expect(await peer.notification()).toMatchObject({ h: Buffer.from(hash) });
  for (const peer of [...members, ...strangers]) expect(await peer.notificationsSoFar()).toBe(0);
  expect([members.length, strangers.length]).toEqual([3, 6]);
});

test('the list holds nodes that nobody can use', () => {
  const { nodes } = network.oxend.list;
  expect(nodes.some(({ swarmId }) => swarmId === NO_SWARM)).toBe(true);
  expect(nodes.some(({ ip, omqPort }) => ip === '0.0.0.0' && omqPort === 0)).toBe(true);
  expect(nodes.some(({ pubkeyX25519 }) => pubkeyX25519 === '')).toBe(true);
  expect(nodes.some(({ isActive }) => !isActive)).toBe(true);
});

test('a node and oxend agree on the members of a swarm', async () => {
  const person = newPerson();
  const [node] = network.nodesOf(person.account);
  const told = await askSwarm(`http://127.0.0.1:${node?.httpPort}`, person.account);
  expect(told.toSorted()).toEqual((await locateSwarm(network.oxend.rpcUrl, person.account)).toSorted());
});

describe('a member that is away', () => {
  test('costs neither the message nor the others’ reports, and has it when it is back', async () => {
    const person = newPerson();
    const [away, ...present] = network.nodesOf(person.account);
    if (away === undefined) throw new Error('no node');
    await network.stop(away.pubkeyEd25519);
    const watching = await Promise.all(present.map((node) => subscribe(person, node)));
    const hash = await store(person);
    for (const peer of watching) expect(await peer.notification()).toMatchObject({ h: Buffer.from(hash) });
    const back = await network.restart(away.pubkeyEd25519);
    expect(back.omqPort).toBe(away.omqPort);
    expect(await hashesAt(back, person)).toEqual([hash]);
  });

  test('has forgotten its subscriptions when it is back, and says nothing', async () => {
    const person = newPerson();
    const [node] = network.nodesOf(person.account);
    if (node === undefined) throw new Error('no node');
    const peer = await subscribe(person, node);
    const back = await network.restart(node.pubkeyEd25519);
    expect(await peer.ask('HI')).toEqual(['HELLO']);
    await store(person);
    expect(await peer.notificationsSoFar()).toBe(0);
    expect(back.stats).toMatchObject({ subscriptions: 0, messages: 1 });
  });
});

describe('when swarms change', () => {
  test('the new members hold the mail, tell nobody about it, and report what comes after', async () => {
    const person = personOfFirstSwarm();
    const before = network.nodesOf(person.account);
    const old = await store(person);
    const [first = 0n, second = 0n] = network.swarmIds;
    network.oxend.reshuffle({ action: 'merge', swarm: first, into: second });
    for (const { pubkeyEd25519 } of before)
      network.oxend.reshuffle({ action: 'move', node: pubkeyEd25519, swarm: NO_SWARM });
    const after = network.nodesOf(person.account);
    expect(after.some((node) => before.includes(node))).toBe(false);
    const watching = await Promise.all(after.map((node) => subscribe(person, node)));
    await network.refresh();
    for (const node of after) expect(await hashesAt(node, person)).toEqual([old]);
    const hash = await store(person);
    for (const peer of watching) expect(await peer.notification()).toMatchObject({ h: Buffer.from(hash) });
    for (const peer of watching) expect(await peer.notificationsSoFar()).toBe(0);
  });

  test('the old members turn the account away', async () => {
    const person = personOfFirstSwarm();
    const [moved] = network.nodesOf(person.account);
    if (moved === undefined) throw new Error('no node');
    network.oxend.reshuffle({ action: 'move', node: moved.pubkeyEd25519, swarm: network.swarmIds[1] ?? 0n });
    await moved.refresh();
    expect(network.nodesOf(person.account)).not.toContain(moved);
    const params = { pubkey: person.account.toString('hex'), timestamp: Date.now(), ttl: 60_000, data: 'aGk=' };
    const url = `http://127.0.0.1:${moved.httpPort}/storage_rpc/v1`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ method: 'store', params }) });
    expect(response.status).toBe(421);
  });

  test('an oxend that fails leaves every node with what it knew', async () => {
    const person = newPerson();
    network.oxend.setMode('garbage');
    await network.refresh();
    network.oxend.setMode('honest');
    expect(await store(person)).toHaveLength(43);
  });
});
