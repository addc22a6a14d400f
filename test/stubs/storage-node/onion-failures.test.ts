import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { writeFrame } from '../wire/onion.ts';
import { randomBytes } from '../wire/sodium.ts';
import { onionMessage, sendThrough, tell, textOf } from './test-onion.ts';
import { type OnionWorld, startOnionWorld } from './onion-world.ts';

let world: OnionWorld;
let network: OnionWorld['network'];
let relay: OnionWorld['relay'];
let nodes: OnionWorld['nodes'];
let path: OnionWorld['path'];
beforeAll(async () => {
  world = await startOnionWorld({ hopTimeoutMs: 2_000, serverTimeoutMs: 1_000 });
  ({ network, relay, nodes, path } = world);
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.stillServes());

const server = { host: '127.0.0.1', target: '/oxen/v4/lsrpc', port: 1, protocol: 'http' };
const key = randomBytes(32).toString('hex');
const anything = randomBytes(100);

describe('a next node', () => {
  const passOnTo = (destination: string): Buffer => writeFrame(anything, { destination, ephemeral_key: key });

  test('that is not listed is a 502 that names it', async () => {
    expect(await tell([path[0]], passOnTo(key))).toEqual([502, `Next node not found: ${key}`]);
    expect((await tell([path[0]], passOnTo(key.toUpperCase())))[1]).toBe(`Next node not found: ${key}`);
  });

  test('that has not said where it is, is a 502 that names it', async () => {
    const hidden = network.oxend.list.nodes.find(({ ip }) => ip === '0.0.0.0');
    const destination = hidden?.pubkeyEd25519 ?? '';
    expect(await tell([path[0]], passOnTo(destination))).toEqual([
      502,
      `Next node is currently unreachable: ${destination}`,
    ]);
  });

  test('that is listed at a place where nobody listens is a 504', async () => {
    const absent = network.oxend.list.nodes.find(({ omqPort, isActive }) => omqPort === 1 && isActive);
    expect(await tell([path[0]], passOnTo(absent?.pubkeyEd25519 ?? ''))).toEqual([504, 'Request time out']);
  });

  test('that says nothing is a 504, and that answers garbage a 500', async () => {
    nodes[1]?.setAnswers('silent');
    expect(await tell([path[0]], passOnTo(path[1].pubkeyEd25519))).toEqual([504, 'Request time out']);
    nodes[1]?.setAnswers('garbage');
    expect((await tell([path[0]], passOnTo(path[1].pubkeyEd25519)))[0]).toBe(500);
    nodes[1]?.setAnswers('not-a-service-node');
    expect(await tell([path[0]], passOnTo(path[1].pubkeyEd25519))).toEqual([502, 'Next node refused']);
    nodes[1]?.setAnswers('honest');
  });

  test('that went away is a 504, and is found again when it is back', async () => {
    await network.stop(path[1].pubkeyEd25519);
    expect((await sendThrough(path, relay, onionMessage('x'))).status).toBe(504);
    await network.restart(path[1].pubkeyEd25519);
  });
});

test('a node that ends while requests are under way ends them, and itself', async () => {
  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  const { promise: hasArrived, resolve: arrive } = Promise.withResolvers<void>();
  relay.misbehave(() => {
    arrive();
    return isOver.then(() => ({ status: 200, body: '' }));
  });
  const waiting = sendThrough(path, relay, onionMessage('x'));
  await hasArrived;
  await Promise.all([0, 1, 2].map((index) => network.stop((path[index] ?? path[0]).pubkeyEd25519)));
  await expect(waiting).rejects.toThrow('fetch failed');
  end();
  for (const { pubkeyEd25519 } of path) await network.restart(pubkeyEd25519);
});

describe('a server', () => {
  const post = async (): Promise<readonly [number, string]> =>
    textOf(await sendThrough(path, relay, onionMessage('x')));

  /** A server that does to its connections what it is told. */
  async function serving(act: (socket: Socket) => void): Promise<{ readonly layer: Buffer } & AsyncDisposable> {
    const rude = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => act(socket));
    });
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as AddressInfo;
    return {
      layer: writeFrame(anything, { ...server, port }),
      [Symbol.asyncDispose]: async () => {
        rude.close();
        await once(rude, 'close');
      },
    };
  }

  test('that nobody listens for is a 502', async () => {
    expect(await tell(path.slice(0, 2), writeFrame(anything, server))).toEqual([502, 'Server cannot be reached']);
    const nowhere = { ...server, host: 'no such\r\nhost' };
    expect(await tell(path.slice(0, 2), writeFrame(anything, nowhere))).toEqual([502, 'Server cannot be reached']);
  });

  test('that is too slow is a 504', async () => {
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
    relay.misbehave(() => isOver.then(() => ({ status: 200, body: '' })));
    expect(await post()).toEqual([504, 'Server took too long']);
    end();
  });

  test.each([
    ['hangs up', ''],
    ['speaks something else', 'SSH-2.0\r\n'],
    ['breaks off in its answer', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc'],
    ['wants to switch protocols', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['has a status that is none', 'HTTP/1.1 999 ?\r\ncontent-length: 0\r\n\r\n'],
  ])('that %s is a 502', async (_, said) => {
    await using rude = await serving((socket) => socket.end(said));
    expect(await tell(path.slice(0, 2), rude.layer)).toEqual([502, 'Server cannot be reached']);
  });

  test('that goes on answering too slowly is a 504', async () => {
    await using rude = await serving((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nab'));
    expect(await tell(path.slice(0, 2), rude.layer)).toEqual([504, 'Server took too long']);
  });

  test('that sends elsewhere is not followed', async () => {
    await using rude = await serving((socket) =>
      socket.end(`HTTP/1.1 302 Found\r\nlocation: ${relay.url}/oxen/v4/lsrpc\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await tell(path.slice(0, 2), rude.layer)).toEqual([302, '']);
  });
});
