import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../world/eventually.ts';
import { type KeyPair, x25519Pair } from '../wire/sodium.ts';
import { type Command, type OmqListener, startOmqListener } from './omq-listener.ts';
import { PeerCaller, type PeerCallerOptions } from './peer-caller.ts';
import { type PeerOutcome, type PeerTarget, routingIdOf } from './peer-link.ts';

const own = x25519Pair();
let held: (() => void)[];
let routes: Buffer[];
let asked: string[];
let resources: AsyncDisposable[];
beforeEach(() => {
  [held, routes, asked, resources] = [[], [], [], []];
});
afterEach(async () => {
  for (const resource of resources) await resource[Symbol.asyncDispose]();
});

const echo: Command = {
  access: 'anyone',
  handle: async (route, [part = Buffer.alloc(0)]) => {
    routes.push(route);
    asked.push(part.toString());
    return [part, 'echoed'];
  },
};
const hold: Command = {
  access: 'anyone',
  handle: async (_, [part = Buffer.alloc(0)]) => {
    const { promise: isReleased, resolve } = Promise.withResolvers<void>();
    held.push(resolve);
    await isReleased;
    return [part];
  },
};
const commands = new Map([
  ['test.echo', echo],
  ['test.hold', hold],
  ['test.closed', { ...echo, access: 'service-node' as const }],
]);

type TestNode = PeerTarget & { readonly listener: OmqListener };
async function startNode(keys: KeyPair = x25519Pair(), port = 0): Promise<TestNode> {
  const listener = await startOmqListener({ host: '127.0.0.1', port, keys, commands, answerMode: () => 'honest' });
  resources.push(listener);
  return { pubkeyX25519: keys.publicKey.toString('hex'), ip: '127.0.0.1', omqPort: listener.port, listener };
}

function newCaller(options: Partial<PeerCallerOptions> = {}): PeerCaller {
  const caller = new PeerCaller({ keys: own, timeoutMs: 2_000, idleMs: 60_000, ...options });
  resources.unshift(caller);
  return caller;
}

const ask = (caller: PeerCaller, target: PeerTarget, command: string, text = ''): ReturnType<PeerCaller['request']> =>
  caller.request(target, `test.${command}`, Buffer.from(text));
const answered = (...parts: readonly string[]): PeerOutcome => ({
  kind: 'answered',
  parts: parts.map((part) => Buffer.from(part)),
});
const SILENT = { kind: 'silent' };

describe('a caller', () => {
  test('gets each request its own answer, in whatever order they come', async () => {
    const [caller, node] = [newCaller(), await startNode()];
    const late = [1, 2].map((number) => ask(caller, node, 'hold', String(number)));
    expect(await ask(caller, node, 'echo', '3')).toEqual(answered('3', 'echoed'));
    for (const release of held.toReversed()) release();
    expect(await Promise.all(late)).toEqual([answered('1'), answered('2')]);
  });

  test('keeps one connection to a node, under an id made of its own key', async () => {
    const [caller, node] = [newCaller(), await startNode()];
    await Promise.all(Array.from({ length: 20 }, () => ask(caller, node, 'echo')));
    expect(caller.linkCount).toBe(1);
    expect(new Set(routes.map((route) => route.toString('hex')))).toEqual(
      new Set([`4c${own.publicKey.toString('hex')}`]),
    );
  });

  test('is told at once when it is refused', async () => {
    expect(await ask(newCaller(), await startNode(), 'closed')).toEqual({ kind: 'refused' });
  });

  test('is not disturbed by what is no answer to it', async () => {
    const [caller, node] = [newCaller(), await startNode()];
    await ask(caller, node, 'echo');
    const route = routingIdOf(own.publicKey);
    for (const junk of [[''], ['REPLY'], ['REPLY', 'tag', 'x'], ['FORBIDDEN', 'REPLY'], ['notify.message', 'x']]) {
      node.listener.send(route, junk);
    }
    expect(await ask(caller, node, 'echo', 'still')).toEqual(answered('still', 'echoed'));
  });

  test('waits no longer than its limit for a node that does not answer', async () => {
    expect(await ask(newCaller({ timeoutMs: 50 }), await startNode(), 'hold')).toEqual(SILENT);
  });

  test('hears nothing where nobody listens, at a node with another key, and at a place that is none', async () => {
    const caller = newCaller({ timeoutMs: 50 });
    const node = await startNode();
    const changes = [{ omqPort: 1 }, { pubkeyX25519: 'ab'.repeat(32) }, { pubkeyX25519: '' }, { ip: 'no address' }];
    for (const change of changes) expect(await ask(caller, { ...node, ...change }, 'echo')).toEqual(SILENT);
    expect(asked).toEqual([]);
  });

  test('does not bring a node that comes back what was asked while it was away', async () => {
    const keys = x25519Pair();
    const node = await startNode(keys);
    const caller = newCaller({ timeoutMs: 100 });
    await eventually(async () => (await ask(caller, node, 'echo', 'before')).kind === 'answered');
    await node.listener[Symbol.asyncDispose]();
    expect(await ask(caller, node, 'echo', 'away')).toEqual(SILENT);
    await startNode(keys, node.omqPort);
    await eventually(async () => (await ask(caller, node, 'echo', 'back')).kind === 'answered');
    expect(asked).not.toContain('away');
  });
});

describe('connections', () => {
  test('without requests are closed, one with a request is not', async () => {
    const caller = newCaller({ idleMs: 20 });
    const [busy, idle] = [await startNode(), await startNode()];
    const late = ask(caller, busy, 'hold', 'late');
    await ask(caller, idle, 'echo');
    await eventually(() => caller.linkCount === 1);
    held[0]?.();
    expect(await late).toEqual(answered('late'));
    await eventually(() => caller.linkCount === 0);
    expect(await ask(caller, idle, 'echo', 'again')).toEqual(answered('again', 'echoed'));
  });

  test('are bounded: the one that is idle longest gives way', async () => {
    const caller = newCaller({ maxLinks: 2 });
    const targets = [await startNode(), await startNode(), await startNode()];
    for (const target of targets) await ask(caller, target, 'echo');
    expect(caller.linkCount).toBe(2);
  });

  test('that are all busy leave no room for another node', async () => {
    const caller = newCaller({ maxLinks: 1 });
    const [busy, other] = [await startNode(), await startNode()];
    const late = ask(caller, busy, 'hold', 'late');
    expect(await ask(caller, other, 'echo')).toEqual({ kind: 'full' });
    await eventually(() => held.length === 1);
    held[0]?.();
    expect(await late).toEqual(answered('late'));
    expect(await ask(caller, other, 'echo', 'now')).toEqual(answered('now', 'echoed'));
  });

  test('that are closed with the caller end every wait', async () => {
    const [caller, node] = [newCaller(), await startNode()];
    const waits = [ask(caller, node, 'hold'), ask(caller, { ...node, omqPort: 1 }, 'echo')];
    await eventually(() => held.length === 1);
    await caller[Symbol.asyncDispose]();
    expect(await Promise.all(waits)).toEqual([SILENT, SILENT]);
    expect(await ask(caller, node, 'echo')).toEqual(SILENT);
    expect(caller.linkCount).toBe(0);
  });
});
