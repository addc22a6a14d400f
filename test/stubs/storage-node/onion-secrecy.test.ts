import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StandInRelay, startStandInRelay } from '../client/stand-in-relay.ts';
import { wrapForPath } from '../client/onion-path.ts';
import { type Oxend, startOxend } from '../oxend/oxend.ts';
import { type Frame, openLayer, readFrame, sealedIn } from '../wire/onion.ts';
import { ENC_TYPES, type EncType } from '../wire/onion-cipher.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';
import { ed25519FromSeed, type KeyPair, randomBytes, x25519PairOf } from '../wire/sodium.ts';
import { type OmqListener, startOmqListener } from './omq-listener.ts';
import { readHop } from './onion-hop.ts';
import { PeerCaller } from './peer-caller.ts';
import { startStorageNode, type StorageNode } from './storage-node.ts';
import { enter, onionMessage } from './test-onion.ts';

/** A node with a listener before its own that keeps what other nodes send it, and passes it on unchanged. */
interface TappedNode {
  readonly node: StorageNode;
  readonly keys: KeyPair;
  /** As oxend lists it: others reach the tap. */
  readonly entry: ServiceNode;
  readonly received: Buffer[];
  readonly tap: OmqListener;
  readonly caller: PeerCaller;
}

async function startTappedNode(oxendUrl: string): Promise<TappedNode> {
  const seed = randomBytes(32);
  const node = await startStorageNode({ oxendUrl, seed });
  const keys = x25519PairOf(ed25519FromSeed(seed));
  const caller = new PeerCaller({ keys, timeoutMs: 5_000, idleMs: 5_000 });
  const received: Buffer[] = [];
  const own = node.describe('127.0.0.1', 7n);
  const passOn = async (_: Buffer, [part = Buffer.alloc(0)]: readonly Buffer[]): Promise<readonly Buffer[] | null> => {
    received.push(part);
    const outcome = await caller.request(own, 'sn.onion_request', part);
    return outcome.kind === 'answered' ? outcome.parts : null;
  };
  const tap = await startOmqListener({
    host: '127.0.0.1',
    port: 0,
    keys,
    commands: new Map([['sn.onion_request', { access: 'anyone', handle: passOn }]]),
    answerMode: () => 'honest',
  });
  return { node, keys, entry: { ...own, omqPort: tap.port }, received, tap, caller };
}

let oxend: Oxend;
let relay: StandInRelay;
let nodes: readonly TappedNode[];
beforeAll(async () => {
  oxend = await startOxend();
  relay = await startStandInRelay();
  nodes = await Promise.all([1, 2, 3].map(() => startTappedNode(oxend.rpcUrl)));
  oxend.list.put(nodes.map(({ entry }) => entry));
  await Promise.all(nodes.map(({ node }) => node.refresh()));
});
afterAll(async () => {
  for (const { node, tap, caller } of nodes) {
    for (const each of [caller, tap, node]) await each[Symbol.asyncDispose]();
  }
  await relay[Symbol.asyncDispose]();
  await oxend[Symbol.asyncDispose]();
});

/** What a node received, and what it found in it. */
interface Sight {
  readonly received: Buffer;
  readonly opened: Buffer;
  readonly frame: Frame;
  readonly hopNo: number;
}

/** Sends a message through all three nodes; what each of them saw, guard first. */
async function carry(message: Buffer, encType: EncType): Promise<readonly [Sight, Sight, Sight]> {
  const path = nodes.map(({ entry }) => entry);
  const { body } = wrapForPath(message, path, { relayUrl: relay.url, onionKey: relay.onionKey, encType });
  for (const { received } of nodes) received.length = 0;
  expect((await enter(path[0], body)).status).toBe(200);
  expect(nodes.map(({ received }) => received.length)).toEqual([0, 1, 1]);
  const entered = readFrame(body);
  const sights = nodes.map(({ keys, received: [part] }) => {
    const { sealed, hopNo } =
      part === undefined ? { sealed: entered && sealedIn(entered), hopNo: 0 } : must(readHop([part]));
    const opened = must(openLayer(must(sealed), keys)).plaintext;
    return { received: part ?? body, opened, frame: must(readFrame(opened)), hopNo };
  });
  return sights as unknown as readonly [Sight, Sight, Sight];
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('this should have been there');
  return value;
}

describe.each(ENC_TYPES)('with %s', (encType) => {
  const sealing = { ephemeral_key: expect.stringMatching(/^[0-9a-f]{64}$/), enc_type: encType };

  test('each node is told where to send the rest, and nothing more', async () => {
    const [guard, middle, exit] = await carry(onionMessage('x'), encType);
    expect(guard.frame.json).toEqual({ destination: nodes[1]?.entry.pubkeyEd25519, ...sealing });
    expect(middle.frame.json).toEqual({ destination: nodes[2]?.entry.pubkeyEd25519, ...sealing });
    const server = { host: '127.0.0.1', port: Number(new URL(relay.url).port), protocol: 'http' };
    expect(exit.frame.json).toEqual({ ...server, target: '/oxen/v4/lsrpc', method: 'POST', ...sealing });
    expect([guard, middle, exit].map(({ hopNo }) => hopNo)).toEqual([0, 1, 2]);
  });

  test('no node opens what is meant for those after it', async () => {
    const sights = await carry(onionMessage('x'), encType);
    for (const [index, { frame }] of sights.entries()) {
      const openers = nodes.map(({ keys }) => openLayer(must(sealedIn(frame)), keys) !== null);
      expect(openers).toEqual(nodes.map((_, other) => other === index + 1));
    }
  });

  test('the last layer reaches the relay byte for byte, and there the message is opened', async () => {
    const message = onionMessage(randomBytes(500).toString('latin1'));
    const [, , exit] = await carry(message, encType);
    expect(relay.arrivals.at(-1)?.body).toEqual(exit.opened);
    expect(relay.arrivals.at(-1)?.plaintext).toEqual(message);
  });

  test('nothing that a node receives or opens holds the message, or who is further away than its neighbours', async () => {
    const secret = randomBytes(16).toString('hex');
    const [guard, middle, exit] = await carry(onionMessage(secret), encType);
    for (const { received, opened } of [guard, middle, exit]) {
      for (const bytes of [received, opened]) {
        expect([bytes.includes(secret), bytes.includes('/subscribe')]).toEqual([false, false]);
      }
    }
    for (const { opened } of [guard, middle]) expect(opened.includes('lsrpc')).toBe(false);
    expect(guard.opened.includes(nodes[2]?.entry.pubkeyEd25519 ?? '')).toBe(false);
    for (const { received, opened } of [middle, exit]) {
      for (const key of [nodes[0]?.entry.pubkeyEd25519, nodes[0]?.entry.pubkeyX25519]) {
        for (const form of ['utf8', 'hex'] as const) {
          const bytes = Buffer.from(key ?? '', form);
          expect([received.includes(bytes), opened.includes(bytes)]).toEqual([false, false]);
        }
      }
    }
  });
});
