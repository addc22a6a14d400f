import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { groupFromSeed, join } from '../client/group.ts';
import { accountFromSeed, type MailboxKey } from '../client/mailbox-key.ts';
import { type Network, startNetwork } from '../network/network.ts';
import { bdecode, bencode, type BencodedDict } from '../wire/bencode.ts';
import { retrieveString, storeString } from '../wire/signed-strings.ts';
import { randomBytes } from '../wire/sodium.ts';
import { SubaccountRight } from '../wire/subaccount.ts';
import { messageHash } from './mailbox.ts';
import type { StorageNode } from './storage-node.ts';
import { connectPeer } from './test-peer.ts';

const NOW = 1_763_769_600_000;
const DAY = 86_400_000;
const clock = { nowMs: () => NOW };
const person = accountFromSeed(Buffer.alloc(32, 3));
const group = groupFromSeed(Buffer.alloc(32, 4));

let network: Network;
beforeAll(async () => {
  network = await startNetwork({ swarms: 2, nodesPerSwarm: 2, clock });
});
afterAll(() => network[Symbol.asyncDispose]());

const nodeOf = (account: Buffer): StorageNode => {
  const [node] = network.nodesOf(account);
  if (node === undefined) throw new Error('no node');
  return node;
};
const nodeOfOthers = (account: Buffer): StorageNode => {
  const own = network.nodesOf(account);
  const node = network.members.map((member) => member.node).find((each) => each !== null && !own.includes(each));
  if (node === undefined || node === null) throw new Error('no other node');
  return node;
};

interface Answer {
  readonly status: number;
  readonly body: string;
}
async function http(node: StorageNode, method: string, params: object): Promise<Answer> {
  const url = `http://127.0.0.1:${node.httpPort}/storage_rpc/v1`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ method, params }) });
  return { status: response.status, body: await response.text() };
}

const proof = (key: MailboxKey, signed: string): object => ({
  signature: key.sign(signed).toString('base64'),
  ...(key.sessionEd25519 !== null && { pubkey_ed25519: key.sessionEd25519.toString('hex') }),
  ...(key.subaccount !== null && {
    subaccount: key.subaccount.tag.toString('base64'),
    subaccount_sig: key.subaccount.signature.toString('base64'),
  }),
});
const mail = (more: object = {}): object => ({
  pubkey: person.account.toString('hex'),
  timestamp: NOW,
  ttl: DAY,
  data: randomBytes(20).toString('base64'),
  ...more,
});
const signedMail = (key: MailboxKey, namespace: number, more: object = {}): object => ({
  ...mail({ pubkey: key.account.toString('hex'), namespace, ...more }),
  ...proof(key, storeString(namespace, NOW)),
});
const retrieval = (key: MailboxKey, namespace: number, more: object = {}): object => ({
  pubkey: key.account.toString('hex'),
  namespace,
  timestamp: NOW,
  ...proof(key, retrieveString(namespace, NOW)),
  ...more,
});
const storeStatus = async (params: object, account = person.account): Promise<number> =>
  (await http(nodeOf(account), 'store', params)).status;

describe('store', () => {
  test('answers with the hash and the word of every member, reachable or not', async () => {
    const data = randomBytes(100);
    const answer = await http(nodeOf(person.account), 'store', mail({ data: data.toString('base64') }));
    const hash = messageHash(person.account, 0, data);
    const { swarm, hash: told } = JSON.parse(answer.body) as { swarm: Record<string, object>; hash: string };
    expect(told).toBe(hash);
    const running = network.nodesOf(person.account).map((node) => node.pubkeyEd25519);
    expect(Object.keys(swarm)).toEqual(expect.arrayContaining(running));
    for (const [member, word] of Object.entries(swarm)) {
      expect(word).toMatchObject(running.includes(member) ? { hash, expiry: NOW + DAY } : { failed: true });
    }
  });

  test('takes lifetimes of 10 s to 14 days for others’ mail and to 30 days for one’s own', async () => {
    const ttls = [9_999, 10_000, 14 * DAY, 14 * DAY + 1];
    expect(await Promise.all(ttls.map((ttl) => storeStatus(mail({ ttl }))))).toEqual([403, 200, 200, 403]);
    const own = [9_999, 10_000, 30 * DAY, 30 * DAY + 1].map((ttl) => storeStatus(signedMail(person, 3, { ttl })));
    expect(await Promise.all(own)).toEqual([403, 200, 200, 403]);
  });

  test('takes times up to 10 s ahead, and mail that has not expired', async () => {
    const times = [NOW + 10_000, NOW + 10_001, NOW - DAY, NOW - DAY - 10_001];
    expect(await Promise.all(times.map((timestamp) => storeStatus(mail({ timestamp }))))).toEqual([200, 406, 200, 406]);
  });

  test('takes 76,800 bytes and no more', async () => {
    const sizes = [76_800, 76_801].map((size) => storeStatus(mail({ data: Buffer.alloc(size).toString('base64') })));
    expect(await Promise.all(sizes)).toEqual([200, 400]);
  });

  test('wants a signature in namespaces not divisible by 10, and none elsewhere', async () => {
    const statuses = [0, 10, -30, 2, 11, -11].map((namespace) => storeStatus(mail({ namespace })));
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 401, 401, 401]);
    expect(await storeStatus(signedMail(person, 2))).toBe(200);
    expect(await storeStatus(signedMail(group, 11), group.account)).toBe(200);
  });

  test('refuses a signature by another key, for another namespace, or from another time', async () => {
    const stranger = accountFromSeed(Buffer.alloc(32, 9));
    const wrong = [
      { ...signedMail(person, 2), ...proof(stranger, storeString(2, NOW)) },
      { ...signedMail(person, 2), namespace: 3 },
      { ...signedMail(person, 2), sig_timestamp: NOW + 1 },
      { ...signedMail(person, 2), ...proof(person, storeString(2, NOW - 60_001)), sig_timestamp: NOW - 60_001 },
    ];
    expect(await Promise.all(wrong.map((params) => storeStatus(params)))).toEqual([401, 401, 401, 406]);
  });

  test('takes a member’s word for a group only with the right to write', async () => {
    const may = (rights: number): Promise<number> =>
      storeStatus(signedMail(join(group, person, rights), 11), group.account);
    expect(await may(SubaccountRight.read | SubaccountRight.write)).toBe(200);
    expect(await may(SubaccountRight.read)).toBe(401);
  });

  test.each([
    ['no account', { pubkey: undefined }],
    ['a short account', { pubkey: '05ab' }],
    ['no time', { timestamp: undefined }],
    ['neither ttl nor expiry', { ttl: undefined }],
    ['data that is no base64', { data: '!' }],
    ['a namespace out of range', { namespace: 40_000 }],
    ['a ttl that is no number', { ttl: 'soon' }],
  ])('answers 400 to %s', async (_, more) => {
    expect(await storeStatus(mail(more))).toBe(400);
  });
});

describe('retrieve', () => {
  test('gives what came after a hash, to the account’s own signature', async () => {
    const node = nodeOf(person.account);
    const hashes: string[] = [];
    for (const text of ['one', 'two', 'three']) {
      const stored = await http(node, 'store', mail({ namespace: 20, data: Buffer.from(text).toString('base64') }));
      hashes.push((JSON.parse(stored.body) as { hash: string }).hash);
    }
    const texts = async (more: object): Promise<string[]> => {
      const { body } = await http(node, 'retrieve', retrieval(person, 20, more));
      const { messages } = JSON.parse(body) as { messages: { data: string }[] };
      return messages.map(({ data }) => Buffer.from(data, 'base64').toString());
    };
    expect(await texts({})).toEqual(['one', 'two', 'three']);
    expect(await texts({ last_hash: hashes[0] })).toEqual(['two', 'three']);
    expect(await texts({ last_hash: 'unknown' })).toEqual(['one', 'two', 'three']);
    expect(await texts({ max_count: 2 })).toEqual(['one', 'two']);
  });

  test('is refused without a signature, with an old one, or by a member without the right to read', async () => {
    const node = nodeOf(person.account);
    const { pubkey, timestamp } = mail() as { pubkey: string; timestamp: number };
    expect((await http(node, 'retrieve', { pubkey, timestamp })).status).toBe(401);
    const old = { ...retrieval(person, 0), ...proof(person, retrieveString(0, NOW - 61_000)), timestamp: NOW - 61_000 };
    expect((await http(node, 'retrieve', old)).status).toBe(406);
    const writer = join(group, person, SubaccountRight.write);
    expect((await http(nodeOf(group.account), 'retrieve', retrieval(writer, 11))).status).toBe(401);
    const reader = join(group, person, SubaccountRight.read);
    expect((await http(nodeOf(group.account), 'retrieve', retrieval(reader, 11))).status).toBe(200);
  });
});

describe('the wrong swarm', () => {
  test('answers 421 with the right one', async () => {
    const { status, body } = await http(nodeOfOthers(person.account), 'store', mail());
    expect(status).toBe(421);
    const { snodes } = JSON.parse(body) as { snodes: { pubkey_ed25519: string; port_omq: number }[] };
    for (const { pubkeyEd25519, omqPort } of network.nodesOf(person.account)) {
      expect(snodes).toContainEqual(expect.objectContaining({ pubkey_ed25519: pubkeyEd25519, port_omq: omqPort }));
    }
    expect((await http(nodeOfOthers(person.account), 'retrieve', retrieval(person, 0))).status).toBe(421);
  });

  test('answers get_swarm as the right one does', async () => {
    const params = { pubkey: person.account.toString('hex') };
    const right = await http(nodeOf(person.account), 'get_swarm', params);
    expect(right.status).toBe(200);
    expect(await http(nodeOfOthers(person.account), 'get_swarm', params)).toEqual(right);
  });
});

describe('over OxenMQ', () => {
  test('the same calls work in JSON and in bencode, with raw bytes', async () => {
    const node = nodeOf(person.account);
    await using peer = connectPeer(node);
    const data = Buffer.from([0, 1, 2, 255]);
    const [stored] = await peer.request(
      'storage.store',
      bencode({ data, namespace: 40, pubkey: person.account, timestamp: NOW, ttl: DAY }),
    );
    expect((bdecode(stored ?? Buffer.alloc(0)) as BencodedDict).get('hash')).toEqual(
      Buffer.from(messageHash(person.account, 40, data)),
    );
    const [found] = await peer.request('storage.retrieve', JSON.stringify(retrieval(person, 40)));
    expect(JSON.parse(String(found))).toMatchObject({ messages: [{ data: data.toString('base64') }], more: false });
  });

  test('a failure is its number and a text', async () => {
    await using peer = connectPeer(nodeOf(person.account));
    expect(String((await peer.request('storage.store', JSON.stringify(mail({ ttl: 1 }))))[0])).toBe('403');
    expect(String((await peer.request('storage.store', '{"cut'))[0])).toBe('400');
    await using other = connectPeer(nodeOfOthers(person.account));
    const [status, swarm] = await other.request('storage.store', JSON.stringify(mail()));
    expect(String(status)).toBe('421');
    expect(JSON.parse(String(swarm))).toHaveProperty('snodes');
  });
});
