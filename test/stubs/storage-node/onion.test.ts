import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type StandInRelay, startStandInRelay } from '../client/stand-in-relay.ts';
import { type Network, startNetwork } from '../network/network.ts';
import { readFrame } from '../wire/onion.ts';
import { ENC_TYPES, type EncType } from '../wire/onion-cipher.ts';
import { randomBytes } from '../wire/sodium.ts';
import type { StorageNode } from './storage-node.ts';
import { onionMessage, type OnionOutcome, sendThrough } from './test-onion.ts';

let network: Network;
let relay: StandInRelay;
let nodes: readonly StorageNode[];
beforeAll(async () => {
  network = await startNetwork({ swarms: 2, nodesPerSwarm: 2 });
  nodes = network.members.flatMap(({ node }) => node ?? []);
});
afterAll(() => network[Symbol.asyncDispose]());
beforeEach(async () => {
  await relay?.[Symbol.asyncDispose]();
  relay = await startStandInRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

const through = (path: readonly StorageNode[], message: Buffer, encType?: EncType): Promise<OnionOutcome> => {
  const listed = path.map((node) => node.describe('127.0.0.1', 0n));
  return sendThrough(listed, relay, message, encType);
};

describe.each([undefined, ...ENC_TYPES])('with encryption type %s', (encType) => {
  test('a request goes through three nodes to the relay, and the answer comes back', async () => {
    const message = onionMessage(`{"grüße":"${randomBytes(400).toString('hex')}"}`);
    const answer = await through(nodes.slice(0, 3), message, encType);
    expect(answer.status).toBe(200);
    const [arrival] = relay.arrivals;
    expect(arrival?.plaintext).toEqual(message);
    expect(answer.parts).toEqual([
      '{"code":200,"headers":{"content-type":"application/json"}}',
      `got ${arrival?.content}`,
    ]);
  });

  test('the relay finds in the last layer what was said about its own', async () => {
    await through(nodes.slice(0, 3), onionMessage(''), encType);
    const [arrival] = relay.arrivals;
    const { ephemeral_key: key, ...routing } = readFrame(arrival?.body ?? Buffer.alloc(0))?.json ?? {};
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(routing).toEqual({
      host: '127.0.0.1',
      target: '/oxen/v4/lsrpc',
      port: Number(new URL(relay.url).port),
      protocol: 'http',
      method: 'POST',
      ...(encType !== undefined && { enc_type: encType }),
    });
    expect(arrival).toMatchObject({ method: 'POST', path: '/oxen/v4/lsrpc' });
  });
});

test('only the last node connects to the relay, and the relay sees no other socket', async () => {
  const before = nodes.map(({ stats }) => stats.onion.connections);
  for (let times = 0; times < 3; times++) await through(nodes.slice(0, 3), onionMessage('again'));
  const opened = nodes.map(({ stats }, index) => stats.onion.connections.slice(before[index]?.length ?? 0));
  expect(opened).toEqual([[], [], relay.arrivals.map(({ peer }) => peer), []]);
  expect(new Set(opened[2]).size).toBe(3);
});

test('every node counts its own part', async () => {
  const countsOf = ({ stats: { onion } }: StorageNode): readonly number[] => [
    onion.opened,
    onion.passedOn,
    onion.proxied,
    onion.refused,
  ];
  const before = nodes.map(countsOf);
  await through(nodes.slice(0, 3), onionMessage('counted'));
  const added = nodes.map((node, index) => countsOf(node).map((count, kind) => count - (before[index]?.[kind] ?? 0)));
  expect(added).toEqual([
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [1, 0, 1, 0],
    [0, 0, 0, 0],
  ]);
});

test('fifty requests at once through the same nodes all get their own answers', async () => {
  const contents = Array.from({ length: 50 }, (_, index) => `request ${index}`);
  const answers = await Promise.all(contents.map((content) => through(nodes.slice(0, 3), onionMessage(content))));
  expect(answers.map(({ parts }) => parts[1])).toEqual(contents.map((content) => `got ${content}`));
});

test('what the server says goes back as it is, status and bytes', async () => {
  const bytes = randomBytes(70_000);
  relay.misbehave(() => ({ status: 503, body: bytes }));
  const answer = await through(nodes.slice(0, 3), onionMessage('x'));
  expect(answer.status).toBe(503);
  expect(answer.body).toEqual(bytes);
});

test('a large answer comes back whole', async () => {
  const content = 'a'.repeat(5_000_000);
  relay.answerWith(() => ({ code: 200, body: content }));
  const answer = await through(nodes.slice(0, 3), onionMessage('x'), 'xchacha20');
  expect(answer.parts[1]).toHaveLength(content.length);
});

test('a node may be its own next hop, and one node the whole path', async () => {
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  for (const path of [[node], [node, node, node]]) {
    expect((await through(path, onionMessage('round'))).parts[1]).toBe('got round');
  }
});

test('a request is carried over fifteen hops between nodes and ended at the next', async () => {
  const roundAndRound = (length: number): StorageNode[] =>
    Array.from({ length }, (_, index) => nodes[index % nodes.length] ?? []).flat();
  expect((await through(roundAndRound(16), onionMessage('far'))).parts[1]).toBe('got far');
  const tooFar = await through(roundAndRound(17), onionMessage('too far'));
  expect([tooFar.status, String(tooFar.body)]).toEqual([400, 'onion request max path length exceeded']);
  expect(relay.arrivals).toHaveLength(1);
});

test('the stats are shown by the control endpoint', async () => {
  const [node] = nodes;
  const response = await fetch(`http://127.0.0.1:${node?.httpPort}/control/stats`);
  expect(await response.json()).toMatchObject({ onion: node?.stats.onion });
});
