import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLedger } from '@push/ledger';
import type { LinkAnswer, LinkFactory, NodeKey, StorageLink } from '@push/watch';
import { createOxenmqLinks } from '../src/index.ts';
import { LinkRecorder } from './link-recorder.ts';
import { OmqPeer } from './omq-peer.ts';

const SECONDS_MS = 1_000;
const BODY = Buffer.from('le');

let peer: OmqPeer;
let links: LinkFactory;
let recorder: LinkRecorder;

beforeEach(async () => {
  peer = await OmqPeer.start();
  links = createOxenmqLinks({ secret: randomBytes(32), ledger: silentLedger });
  recorder = new LinkRecorder();
});

afterEach(async () => {
  await links[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

async function openLink(): Promise<StorageLink> {
  const link = links.open(peer.node, recorder);
  await recorder.until(({ ups }) => ups === 1);
  return link;
}

const ask = (link: StorageLink, timeoutMs = 5 * SECONDS_MS): Promise<LinkAnswer> =>
  link.request('monitor.messages', BODY, timeoutMs);

/** Opens a link whose route at the peer is known. */
async function openKnownLink(): Promise<{ link: StorageLink; route: Buffer }> {
  const link = await openLink();
  const answer = ask(link);
  const { route, parts } = await peer.next();
  await peer.say(route, 'REPLY', parts[1] ?? '', 'd7:successi1ee');
  await answer;
  return { link, route };
}

describe('a request', () => {
  test('is a command, a tag of 15 bytes and a body; the answer is what follows the tag', async () => {
    const link = await openLink();
    const answer = ask(link);
    const { route, parts } = await peer.next();
    expect(parts.map((part) => part.length)).toEqual(['monitor.messages'.length, 15, BODY.length]);
    expect(parts[0]?.toString()).toBe('monitor.messages');
    expect(parts[2]).toEqual(BODY);
    await peer.say(route, 'REPLY', parts[1] ?? '', 'one', 'two');
    expect(await answer).toEqual({ kind: 'answered', parts: [Buffer.from('one'), Buffer.from('two')] });
  });

  test('comes from a fixed identity: L and our public key', async () => {
    const link = await openLink();
    void ask(link);
    const { route } = await peer.next();
    expect([route.length, route[0]]).toEqual([33, 'L'.charCodeAt(0)]);
    peer.stop();
    await recorder.until(({ downs }) => downs === 1);
    await peer.listen();
    await recorder.until(({ ups }) => ups === 2);
    void ask(link);
    expect((await peer.next()).route).toEqual(route);
  });

  test('times out, and a late answer is thrown away', async () => {
    const link = await openLink();
    const answer = await ask(link, 50);
    expect(answer).toEqual({ kind: 'timed-out' });
    const { route, parts } = await peer.next();
    await peer.say(route, 'REPLY', parts[1] ?? '', 'late');
    await recorder.until(({ discards }) => discards.length === 1);
    expect(recorder.discards).toEqual(['unknown-tag']);
  });

  test.each(['FORBIDDEN', 'FORBIDDEN_SN', 'NOT_A_SERVICE_NODE'])('is rejected by %s', async (error) => {
    const link = await openLink();
    const answer = ask(link);
    const { route, parts } = await peer.next();
    await peer.say(route, error, 'REPLY', parts[1] ?? '');
    expect(await answer).toEqual({ kind: 'rejected' });
  });

  test.each(['UNKNOWNCOMMAND', 'NO_REPLY_TAG'])('is rejected by %s, which has no tag', async (error) => {
    const link = await openLink();
    const answer = ask(link);
    const { route, parts } = await peer.next();
    await peer.say(route, error, parts[0] ?? '');
    expect(await answer).toEqual({ kind: 'rejected' });
  });

  test('fails at once while the node is away, and when the node goes away', async () => {
    const link = await openLink();
    const answer = ask(link, 60 * SECONDS_MS);
    await peer.next();
    peer.stop();
    expect(await answer).toEqual({ kind: 'down' });
    expect(await ask(link, 60 * SECONDS_MS)).toEqual({ kind: 'down' });
  });

  test('carries a batch of 5 MB', async () => {
    const link = await openLink();
    const body = randomBytes(5_000_000);
    const answer = link.request('monitor.messages', body, 10 * SECONDS_MS);
    const { route, parts } = await peer.next();
    expect(parts[2]?.equals(body)).toBe(true);
    await peer.say(route, 'REPLY', parts[1] ?? '');
    expect(await answer).toEqual({ kind: 'answered', parts: [] });
  });
});

describe('a report', () => {
  test('is handed on, many at once, in order', async () => {
    const { route } = await openKnownLink();
    const bodies = Array.from({ length: 5_000 }, (_, i) => `report ${i}`);
    for (const body of bodies) await peer.say(route, 'notify.message', body);
    await recorder.until((r) => r.bodies.length === bodies.length);
    expect(recorder.bodies).toEqual(bodies);
  });

  test('that makes its receiver throw does not stop the next one', async () => {
    const { route } = await openKnownLink();
    const notified = recorder.notified.bind(recorder);
    recorder.notified = (body) => {
      if (body.length === 3) throw new Error('a mistake');
      notified(body);
    };
    await peer.say(route, 'notify.message', 'bad');
    await peer.say(route, 'notify.message', 'good');
    await recorder.until((r) => r.bodies.length === 1);
    expect(recorder.bodies).toEqual(['good']);
  });
});

describe('a hostile node', () => {
  test.each([
    ['an unknown command', [Buffer.from('sn.surprise'), BODY], 'unknown-command'],
    ['an empty frame', [Buffer.alloc(0)], 'unknown-command'],
    ['a long random command', [randomBytes(5_000)], 'malformed'],
    ['a report without a body', [Buffer.from('notify.message')], 'malformed'],
    ['a report with two bodies', [Buffer.from('notify.message'), BODY, BODY], 'malformed'],
    ['an answer without a tag', [Buffer.from('REPLY')], 'malformed'],
    ['an answer with a huge tag', [Buffer.from('REPLY'), randomBytes(100_000)], 'malformed'],
    ['an answer nobody asked for', [Buffer.from('REPLY'), randomBytes(15), BODY], 'unknown-tag'],
    ['a rejection of nothing', [Buffer.from('FORBIDDEN')], 'malformed'],
    ['a rejection nobody asked for', [Buffer.from('FORBIDDEN'), Buffer.from('REPLY'), randomBytes(15)], 'unknown-tag'],
    ['a complaint about nothing', [Buffer.from('UNKNOWNCOMMAND')], 'malformed'],
    ['a complaint nobody caused', [Buffer.from('UNKNOWNCOMMAND'), Buffer.from('x')], 'unknown-command'],
  ] as const)('is not heard: %s', async (_, parts, reason) => {
    const { route } = await openKnownLink();
    await peer.say(route, ...parts);
    await peer.say(route, 'notify.message', 'good');
    await recorder.until(({ bodies }) => bodies.length === 1);
    expect(recorder.discards).toEqual([reason]);
    expect([recorder.bodies, recorder.downs]).toEqual([['good'], 0]);
  });

  test('may say HELLO unasked, with no effect', async () => {
    const { route } = await openKnownLink();
    await peer.say(route, 'HELLO');
    await peer.say(route, 'notify.message', 'good');
    await recorder.until(({ bodies }) => bodies.length === 1);
    expect(recorder.discards).toEqual([]);
  });

  test('that sends a message of many parts is counted and cut off', async () => {
    const { link, route } = await openKnownLink();
    await peer.say(route, ...Array<string>(20_000).fill(''));
    await recorder.until(({ downs }) => downs === 1);
    expect(recorder.discards).toEqual(['too-many-parts']);
    expect(await ask(link)).toEqual({ kind: 'down' });
  });

  test('that sends more than half a megabyte in one part is cut off, and connected to again', async () => {
    const { link, route } = await openKnownLink();
    await peer.say(route, 'notify.message', Buffer.alloc(600_000));
    await recorder.until(({ ups, downs }) => downs === 1 && ups === 2);
    expect(recorder.bodies).toEqual([]);
    void ask(link);
    await peer.say((await peer.next()).route, 'notify.message', 'good');
    await recorder.until(({ bodies }) => bodies.length === 1);
  });

  test('that says BYE is left, and connected to again', async () => {
    const { link, route } = await openKnownLink();
    await peer.say(route, 'BYE');
    await recorder.until(({ ups, downs }) => downs === 1 && ups === 2);
    const answer = ask(link);
    const { parts } = await peer.next();
    await peer.say(route, 'REPLY', parts[1] ?? '');
    expect((await answer).kind).toBe('answered');
  });
});

describe('a node that cannot be reached', () => {
  test('is up within seconds of its listening', async () => {
    peer.stop();
    const link = links.open(peer.node, recorder);
    expect(await ask(link)).toEqual({ kind: 'down' });
    await peer.listen();
    const began = performance.now();
    await recorder.until(({ ups }) => ups === 1);
    expect(performance.now() - began).toBeLessThan(5 * SECONDS_MS);
    expect(recorder.downs).toBe(0);
  });

  test('is noticed and up again within seconds of a restart, as a new handshake', async () => {
    const { link } = await openKnownLink();
    peer.stop();
    await recorder.until(({ downs }) => downs === 1);
    await peer.listen();
    const began = performance.now();
    await recorder.until(({ ups }) => ups === 2);
    expect(performance.now() - began).toBeLessThan(5 * SECONDS_MS);
    const answer = ask(link);
    const { route, parts } = await peer.next();
    await peer.say(route, 'REPLY', parts[1] ?? '');
    expect((await answer).kind).toBe('answered');
  });

  test('because it has another key than oxend says never counts as up', async () => {
    const impostor = { ...peer.node, key: randomBytes(32).toString('hex') as NodeKey };
    let attempts = 0;
    await using proxy = await countingProxy(peer.node.port, () => (attempts += 1));
    const link = links.open({ ...impostor, port: proxy.port }, recorder);
    await proxy.until(() => attempts >= 3);
    expect(recorder.ups).toBe(0);
    expect(await ask(link)).toEqual({ kind: 'down' });
  });

  test('because something else listens there is tried again', async () => {
    let attempts = 0;
    await using noise = await listener((socket) => {
      attempts += 1;
      socket.end(randomBytes(500));
    });
    links.open({ ...peer.node, port: noise.port }, recorder);
    await noise.until(() => attempts >= 3);
    expect(recorder.ups).toBe(0);
  });
});

describe('closing', () => {
  test('ends what waits, and the handler hears nothing more', async () => {
    const { link, route } = await openKnownLink();
    const answer = ask(link, 60 * SECONDS_MS);
    await peer.next();
    link.close();
    link.close();
    expect(await answer).toEqual({ kind: 'down' });
    await peer.say(route, 'notify.message', 'too late').catch(() => {});
    expect([recorder.bodies, recorder.downs]).toEqual([[], 0]);
    expect(await ask(link)).toEqual({ kind: 'down' });
  });

  test('the factory closes every link', async () => {
    const { link } = await openKnownLink();
    await links[Symbol.asyncDispose]();
    expect(await ask(link)).toEqual({ kind: 'down' });
  });
});

test('links to a hundred nodes stand side by side', async () => {
  const peers = await Promise.all(Array.from({ length: 100 }, () => OmqPeer.start()));
  const recorders = peers.map(() => new LinkRecorder());
  peers.forEach(({ node }, i) => links.open(node, recorders[i] ?? recorder));
  await Promise.all(recorders.map((each) => each.until(({ ups }) => ups === 1)));
  expect(recorders.map(({ downs }) => downs)).toEqual(recorders.map(() => 0));
  await Promise.all(peers.map((each) => each[Symbol.asyncDispose]()));
});

interface Listener extends AsyncDisposable {
  readonly port: number;
  until(isTrue: () => boolean): Promise<void>;
}

async function listener(accept: (socket: Socket) => void): Promise<Listener> {
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    accept(socket);
    for (const wake of waiting.splice(0)) wake();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    until: async (isTrue) => {
      while (!isTrue()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const countingProxy = (port: number, onConnection: () => void): Promise<Listener> =>
  listener((socket) => {
    onConnection();
    const onward = connect(port, '127.0.0.1');
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => onward.destroy());
  });
