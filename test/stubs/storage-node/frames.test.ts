import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Oxend, startOxend } from '../oxend/oxend.ts';
import { ed25519FromSeed, randomBytes, x25519PairOf } from '../wire/sodium.ts';
import { type Command, startOmqListener } from './omq-listener.ts';
import { startStorageNode, type StorageNode } from './storage-node.ts';
import { connectPeer, type TestPeer } from './test-peer.ts';

let oxend: Oxend;
let node: StorageNode;
let peer: TestPeer;
beforeAll(async () => {
  oxend = await startOxend();
  node = await startStorageNode({ oxendUrl: oxend.rpcUrl });
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await oxend[Symbol.asyncDispose]();
});
beforeEach(() => {
  peer = connectPeer(node);
});
afterEach(async () => {
  node.setAnswers('honest');
  await peer[Symbol.asyncDispose]();
});

describe('every kind of frame', () => {
  test.each([
    ['a greeting', ['HI'], ['HELLO']],
    ['a command nobody knows', ['storage.fly', 'tag', 'x'], ['UNKNOWNCOMMAND', 'storage.fly']],
    ['a request without a tag', ['monitor.messages'], ['NO_REPLY_TAG', 'monitor.messages']],
    ['a command of other nodes', ['sn.storage_cc', 'tag', 'x'], ['FORBIDDEN_SN', 'REPLY', 'tag']],
    ['a command of the operator', ['service.get_stats', 'tag'], ['FORBIDDEN', 'REPLY', 'tag']],
  ])('%s', async (_, sent, answered) => {
    expect(await peer.ask(...sent)).toEqual(answered);
  });

  test('a request is answered under its own tag', async () => {
    const [body] = await peer.request('storage.info', '{}');
    expect(JSON.parse(String(body))).toMatchObject({ version: [2, 8, 0] });
  });
});

test('random frames get some answer or none, and the node lives', async () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('HI', 'd', 'le'),
  );
  const command = fc.constantFrom(
    '',
    'HI',
    'BYE',
    'REPLY',
    'monitor.messages',
    'storage.store',
    'storage.retrieve',
    'x.y',
  );
  const frames = fc.tuple(command, fc.array(part, { maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(frames, async ([name, parts]) => {
      await peer.send(name, ...parts);
    }),
    { numRuns: 300 },
  );
  await using next = connectPeer(node);
  expect(await next.ask('HI')).toEqual(['HELLO']);
});

describe('a node told to misbehave', () => {
  test('says that it is no service node, or forbids', async () => {
    node.setAnswers('not-a-service-node');
    expect(await peer.ask('monitor.messages', 'tag', 'le')).toEqual(['NOT_A_SERVICE_NODE', 'REPLY', 'tag']);
    node.setAnswers('forbidden');
    expect(await peer.ask('monitor.messages', 'tag', 'le')).toEqual(['FORBIDDEN', 'REPLY', 'tag']);
  });

  test('answers garbage, or nothing', async () => {
    node.setAnswers('garbage');
    expect((await peer.ask('monitor.messages', 'tag', 'le')).slice(0, 2)).toEqual(['REPLY', 'tag']);
    node.setAnswers('silent');
    await peer.send('HI');
    expect(await peer.isQuietFor(100)).toBe(true);
  });

  test('is told so by its control endpoint, which shows what it does', async () => {
    const control = (path: string, body: object): Promise<Response> =>
      fetch(`http://127.0.0.1:${node.httpPort}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect(await (await control('answers', { mode: 'silent' })).json()).toMatchObject({ answers: 'silent' });
    expect(await (await control('notify', { mode: 'drop' })).json()).toMatchObject({ notify: 'drop' });
    expect((await control('answers', { mode: 'kind' })).status).toBe(400);
    expect((await control('broadcast', { hex: 'xyz' })).status).toBe(400);
    await control('notify', { mode: 'honest' });
  });
});

test('a category has 500 requests under way; more are dropped in silence, and other commands are served meanwhile', async () => {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const slow = { access: 'anyone', handle: () => isReleased.then(() => ['late']) } as const;
  const quick = { access: 'anyone', handle: async () => ['soon'] } as const;
  const commands = new Map<string, Command>([
    ['slow.one', slow],
    ['quick.one', quick],
  ]);
  const keys = x25519PairOf(ed25519FromSeed(randomBytes(32)));
  await using listener = await startOmqListener({
    host: '127.0.0.1',
    port: 0,
    keys,
    commands,
    answerMode: () => 'honest',
  });
  await using client = connectPeer({ pubkeyX25519: keys.publicKey.toString('hex'), omqPort: listener.port });
  for (let index = 0; index < 600; index++) await client.send('slow.one', `tag ${index}`);
  expect(await client.ask('quick.one', 'tag')).toEqual(['REPLY', 'tag', 'soon']);
  release();
  for (let index = 0; index < 500; index++) expect(await client.next()).toEqual(['REPLY', `tag ${index}`, 'late']);
  expect(await client.isQuietFor(50)).toBe(true);
});
