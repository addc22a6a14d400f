import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { x25519Pair } from '../stubs/wire/sodium.ts';
import { type Deployment, startDeployment } from '../world/deployment.ts';

let world: Deployment;
let dir: string;
beforeAll(async () => {
  world = await startDeployment();
  dir = mkdtempSync(join(tmpdir(), 'push-relay-client-'));
}, 60_000);
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await world[Symbol.asyncDispose]();
});

interface Told {
  readonly code: number;
  readonly said: Readonly<Record<string, unknown>>;
}

/** Runs the command as `npx relay-client` does. */
function relayClient(...args: readonly string[]): Promise<Told> {
  return new Promise((resolve) => {
    const command = ['apps/relay-client/bin/relay-client.mjs', ...args, '--json'];
    execFile(process.execPath, command, (error, stdout) => {
      resolve({ code: Number(error?.code ?? 0), said: JSON.parse(stdout) as Told['said'] });
    });
  });
}

describe.each([
  ['directly', () => []],
  [
    'through storage nodes',
    () => ['--onion', world.onionKey, '--oxend', world.network.oxendUrl, '--node-scheme', 'http'],
  ],
] as const)('relay-client, %s', (_, route) => {
  const relay = (): string[] => ['--relay', world.relayUrl, ...route()];

  test('tells an operator that the relay answers, and what it offers', async () => {
    const { code, said } = await relayClient('status', ...relay());
    expect([code, said]).toEqual([0, expect.objectContaining({ ok: true, services: ['apns', 'firebase'] })]);
  });

  test('registers, renews, unregisters and finds nothing left', async () => {
    const seed = join(dir, `seed-${route().length}`);
    const run = (command: string): Promise<Told> => relayClient(command, ...relay(), '--seed-file', seed);
    const outcomes = [];
    for (const command of ['register', 'register', 'unregister', 'unregister']) outcomes.push(await run(command));
    expect(outcomes.map(({ code, said }) => [code, said['outcome']])).toEqual([
      [0, 'added'],
      [0, 'updated'],
      [0, 'removed'],
      [0, 'nothing-there'],
    ]);
  });

  test('leaves nothing of a throw-away account', async () => {
    const { code, said } = await relayClient('register', ...relay(), '--service', 'apns');
    expect([code, said]).toEqual([0, expect.objectContaining({ outcome: 'added', unregistered: true })]);
  });

  test('says what the relay refused', async () => {
    const { code, said } = await relayClient('register', ...relay(), '--service', 'huawei');
    expect([code, said]).toEqual([1, expect.objectContaining({ ok: false, number: 2 })]);
  });
});

test('an onion key that is not the relay’s is a path that failed, with status 5', async () => {
  const { network, relayUrl } = world;
  const key = x25519Pair().publicKey.toString('hex');
  const path = ['--oxend', network.oxendUrl, '--node-scheme', 'http'];
  const { code, said } = await relayClient('status', '--relay', relayUrl, '--onion', key, ...path);
  expect([code, said['ok']]).toEqual([5, false]);
});
