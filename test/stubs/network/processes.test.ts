import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { startStandInRelay } from '../client/stand-in-relay.ts';
import type { NodeStats } from '../storage-node/control.ts';

type Ready = Readonly<Record<string, string>>;
const running: ChildProcess[] = [];

/** A stub as a process, and its ready line. */
async function start(stub: string, ...args: readonly string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(process.execPath, [`test/stubs/${stub}/main.ts`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ready: JSON.parse(line) as Ready };
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  return code;
}

afterEach(async () => {
  await Promise.all(running.splice(0).flatMap((child) => (child.exitCode === null ? [stop(child)] : [])));
});

/** The JSON lines a command of the client prints. */
async function client(command: string, ...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/stubs/client/main.ts', command, ...args]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const [alice = '', bob = ''] = ['a', 'b'].map((digit) => digit.repeat(64));

test('a network in one process carries a message from one command to another, and ends on SIGTERM', async () => {
  const { child, ready } = await start('network', '--swarms', '2', '--nodes-per-swarm', '2');
  const oxend = ready['oxendUrl'] ?? '';
  const [identity] = await client('account', '--seed', bob);
  await client('send', '--seed', alice, '--oxend', oxend, '--to', String(identity?.['sessionId']), '--text', 'hello');
  const received = await client('poll', '--seed', bob, '--oxend', oxend);
  expect(received).toMatchObject([{ namespace: 0, message: { text: 'hello' } }]);
  expect(await stop(child)).toBe(0);
});

test('a phone registers through three nodes with --onion, and the relay hears from the last of them only', async () => {
  await using relay = await startStandInRelay();
  relay.answerWith(() => ({ code: 200, body: '{"success":true,"added":true,"message":"ok"}' }));
  const { ready } = await start('network', '--swarms', '1', '--nodes-per-swarm', '4');
  const way = ['--relay', relay.url, '--onion', relay.onionKey, '--oxend', ready['oxendUrl'] ?? ''];
  const device = ['--seed', bob, '--service', 'firebase', '--token', 't'];
  const registered = await client('register', ...device, ...way, '--enc-type', 'xchacha20');
  expect(registered).toEqual([{ success: true, added: true, message: 'ok' }]);
  const nodes = ready['nodes'] as unknown as readonly { readonly controlUrl: string }[];
  const connections = await Promise.all(
    nodes.map(async ({ controlUrl }) => {
      const stats = (await (await fetch(`${controlUrl}/stats`)).json()) as NodeStats;
      return stats.onion.connections;
    }),
  );
  expect(connections.filter((each) => each.length > 0)).toEqual([relay.arrivals.map(({ peer }) => peer)]);
  await expect(client('register', ...device, ...way, '--enc-type', 'rot13')).rejects.toMatchObject({
    stderr: '--enc-type takes one of xchacha20, xchacha20-poly1305, aes-gcm, gcm\n',
  });
});

test('oxend and nodes run as processes of their own and find each other', async () => {
  const { ready: chain } = await start('oxend');
  const oxend = chain['rpcUrl'] ?? '';
  const nodes = [];
  for (let count = 0; count < 2; count++) nodes.push(await start('storage-node', '--oxend', oxend, '--swarm', '7'));
  // The first node learns of the second with its next question to oxend.
  const [first] = nodes;
  await fetch(`${first?.ready['controlUrl']}/refresh`, { method: 'POST' });
  const [identity] = await client('account', '--seed', bob);
  await client('send', '--seed', alice, '--oxend', oxend, '--to', String(identity?.['sessionId']), '--text', 'hello');
  for (const { ready } of nodes) {
    const stats = (await (await fetch(`${ready['controlUrl']}/stats`)).json()) as { messages: number };
    expect(stats.messages).toBe(1);
  }
});

test('a mistake on the command line is told in a line, with a status', async () => {
  await expect(client('send', '--seed', 'short')).rejects.toMatchObject({
    code: 1,
    stderr: '--seed takes 64 hex digits\n',
  });
  await expect(client('send', '--sed', alice)).rejects.toMatchObject({ code: 2 });
});
