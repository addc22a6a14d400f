import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { accountFromSeed } from '../client/mailbox-key.ts';
import { groupFromSeed, join } from '../client/group.ts';
import { type Oxend, startOxend } from '../oxend/oxend.ts';
import { bdecode, bencode, type Encodable, BencodedDict } from '../wire/bencode.ts';
import { monitorString } from '../wire/signed-strings.ts';
import { sign } from '../wire/sodium.ts';
import { SubaccountRight } from '../wire/subaccount.ts';
import { vectors } from '../wire/vectors.ts';
import { startStorageNode, type StorageNode } from './storage-node.ts';
import { connectPeer, type TestPeer } from './test-peer.ts';

const monitor = vectors('monitor');
const NOW_S = 1_763_769_600;
const clock = { nowMs: () => NOW_S * 1000 };
const person = accountFromSeed(Buffer.alloc(32, 1));
const group = groupFromSeed(Buffer.alloc(32, 2));

let oxend: Oxend;
let node: StorageNode;
let peer: TestPeer;
beforeAll(async () => {
  oxend = await startOxend();
  node = await startStorageNode({ oxendUrl: oxend.rpcUrl, clock });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await oxend[Symbol.asyncDispose]();
});
beforeEach(() => {
  node.forgetSubscriptions();
  peer = connectPeer(node);
});
afterEach(() => peer[Symbol.asyncDispose]());

type Entry = { readonly [key: string]: Encodable };
const ask = async (body: Encodable | Buffer): Promise<string> => {
  const [answer] = await peer.request('monitor.messages', Buffer.isBuffer(body) ? body : bencode(body));
  return answer?.toString() ?? '';
};
const OK = 'd7:successi1ee';
const errorIn = (answer: string): unknown => {
  const dict = bdecode(Buffer.from(answer));
  return dict instanceof BencodedDict ? dict.get('errcode') : null;
};

function entry({
  namespaces = [0, 2],
  t = NOW_S,
  d = true,
}: {
  namespaces?: number[];
  t?: number;
  d?: boolean;
} = {}): Entry {
  const s = person.sign(monitorString(person.account, t, d, namespaces));
  return { P: person.ed25519.publicKey, n: namespaces, s, t, ...(d ? { d: 1 } : {}) };
}

describe('a real client’s entries are accepted', () => {
  test.each(monitor.requests.map(({ name, entry_hex }) => [name, entry_hex]))('%s', async (_, hex) => {
    expect(await ask(Buffer.from(hex ?? '', 'hex'))).toBe(OK);
    expect(node.stats.subscriptions).toBe(1);
  });

  test('all of them in one list, answered in a list', async () => {
    expect(await ask(Buffer.from(monitor.list_hex, 'hex'))).toBe(`l${OK.repeat(monitor.requests.length)}e`);
  });

  test('a signature just inside the window, and without data', async () => {
    expect(await ask(entry({ t: NOW_S - 14 * 86_400 }))).toBe(OK);
    expect(await ask(entry({ t: NOW_S + 86_400 }))).toBe(OK);
    expect(await ask(entry({ d: false }))).toBe(OK);
    expect(await ask({ ...entry({ d: false }), d: 0 })).toBe(OK);
  });

  test('keys the node does not know are passed over', async () => {
    expect(await ask({ ...entry(), a: 1, zz: [] })).toBe(OK);
  });
});

describe('what is wrong with an entry is told by its number', () => {
  const without = (...keys: readonly string[]): Entry =>
    Object.fromEntries(Object.entries(entry()).filter(([key]) => !keys.includes(key)));
  const cases: readonly (readonly [string, number, Entry])[] = [
    ['neither P nor p', 1, without('P')],
    ['both P and p', 1, { ...entry(), p: group.account }],
    ['no namespaces', 1, without('n')],
    ['an empty namespace list', 1, { ...entry(), n: [] }],
    ['a namespace beyond 16 bits', 1, { ...entry(), n: [0, 32_768] }],
    ['a namespace that is no number', 1, { ...entry(), n: ['0'] }],
    ['d neither 0 nor 1', 1, { ...entry(), d: 2 }],
    ['no signature', 1, without('s')],
    ['no time', 1, without('t')],
    ['S without T', 1, { ...entry(), S: Buffer.alloc(64) }],
    ['P of 31 bytes', 2, { ...entry(), P: Buffer.alloc(31, 1) }],
    ['P that is no key', 2, { ...entry(), P: Buffer.alloc(32, 0) }],
    ['p of 32 bytes', 2, { ...without('P'), p: group.account.subarray(1) }],
    ['S and T of wrong lengths', 2, { ...entry(), S: Buffer.alloc(63), T: Buffer.alloc(36) }],
    ['descending namespaces', 3, entry({ namespaces: [2, 0] })],
    ['a namespace twice', 3, entry({ namespaces: [0, 0] })],
    ['a signature older than 14 days', 4, entry({ t: NOW_S - 14 * 86_400 - 1 })],
    ['a signature from beyond tomorrow', 4, entry({ t: NOW_S + 86_401 })],
    ['a signature of 63 bytes', 5, { ...entry(), s: Buffer.alloc(63) }],
    ['a signature of something else', 5, { ...entry(), n: [0] }],
    ['data not signed for', 5, { ...entry({ d: false }), d: 1 }],
  ];
  test.each(cases)('%s is error %i', async (_, code, body) => {
    expect(errorIn(await ask(body))).toBe(BigInt(code));
    expect(node.stats.subscriptions).toBe(0);
  });

  test('keys out of order are error 1', async () => {
    const ordered = bencode(entry());
    const swapped = Buffer.concat([Buffer.from('d1:t'), bencode(NOW_S), ordered.subarray(1)]);
    expect(errorIn(await ask(swapped))).toBe(1n);
  });
});

describe('a member of a group', () => {
  const asMember = (rights: number, change: (tag: Buffer) => Buffer = (tag) => tag): Entry => {
    const member = join(group, person, rights);
    const tag = change(Buffer.from(member.subaccount?.tag ?? []));
    const namespaces = [11, 12];
    const s = member.sign(monitorString(group.account, NOW_S, true, namespaces));
    return { S: sign(tag, group.ed25519.secretKey), T: tag, d: 1, n: namespaces, p: group.account, s, t: NOW_S };
  };
  const otherPrefix = (tag: Buffer): Buffer => {
    tag[0] = 0x25;
    return tag;
  };

  test('subscribes with the right to read', async () => {
    expect(await ask(asMember(SubaccountRight.read))).toBe(OK);
    expect(await ask(asMember(SubaccountRight.read | SubaccountRight.anyPrefix, otherPrefix))).toBe(OK);
  });

  test('is refused with error 5 without it, with another prefix, or with a tag the owner did not sign', async () => {
    expect(errorIn(await ask(asMember(SubaccountRight.write)))).toBe(5n);
    expect(errorIn(await ask(asMember(SubaccountRight.read, otherPrefix)))).toBe(5n);
    expect(errorIn(await ask({ ...asMember(SubaccountRight.read), S: Buffer.alloc(64, 1) }))).toBe(5n);
  });
});

describe('a list', () => {
  test('is answered entry by entry, and the good ones hold', async () => {
    const answer = await ask([entry(), { ...entry(), s: Buffer.alloc(64) }, entry({ namespaces: [5, 4] })]);
    expect(answer).toMatch(/^ld7:successi1eed7:errcodei5e.*ed7:errcodei3e.*ee$/);
    expect(node.stats.subscriptions).toBe(1);
  });

  test.each([
    ['something that is no dict', bencode([entry(), 'x'])],
    ['a cut end', bencode([entry(), entry()]).subarray(0, -3)],
    ['an inner cut', Buffer.concat([Buffer.from('l'), bencode(entry()), Buffer.from('d1:P3:ae'), Buffer.from('e')])],
  ])('with %s is one error and nothing of it holds', async (_, body) => {
    expect(errorIn(await ask(body))).toBe(1n);
    expect(node.stats.subscriptions).toBe(0);
  });

  test('of nothing is answered with nothing', async () => {
    expect(await ask([])).toBe('le');
  });
});

test('a body that is neither dict nor list, none, or two bodies are error 1', async () => {
  expect(errorIn(await ask('text'))).toBe(1n);
  expect(errorIn(await ask(Buffer.alloc(0)))).toBe(1n);
  for (const parts of [[], [bencode(entry()), bencode(entry())]]) {
    const [answer] = await peer.request('monitor.messages', ...parts);
    expect(errorIn(String(answer))).toBe(1n);
  }
});
