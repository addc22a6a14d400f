import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitForWakeup } from '../stubs/client/wakeup.ts';
import { StubClient } from '../stubs/client/stub-client.ts';
import { fetchServiceNodes, isReachable } from '../stubs/wire/service-nodes.ts';
import { NO_SWARM } from '../stubs/wire/swarm-space.ts';
import { type Deployment, startDeployment } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { person } from './people.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'docs', 'client-guide.md'), 'utf8');

interface Sample {
  readonly heading: string;
  /** `ts` or `js`. */
  readonly language: string;
  readonly code: string;
  /** What the guide says that it prints. */
  readonly output: string;
}

function samplesIn(text: string): readonly Sample[] {
  return text.split(/^## /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    return [...section.matchAll(/```(ts|js)\n(.*?)```\n(?:```text\n(.*?)```\n)?/gs)].map(
      ([, language = '', code = '', output = '']) => ({ heading, language, code, output }),
    );
  });
}

let world: Deployment;
let dir: string;
beforeAll(async () => {
  world = await startDeployment();
  // Inside the repository, where Node finds the library.
  mkdirSync(join(root, '.data'), { recursive: true });
  dir = mkdtempSync(join(root, '.data', 'client-guide-'));
  writeFileSync(join(dir, 'nodes.ts'), await nodeList());
}, 60_000);
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await world[Symbol.asyncDispose]();
});

async function nodeList(): Promise<string> {
  const listed = await fetchServiceNodes(world.network.oxendUrl, null);
  const usable = listed.kind === 'listed' ? listed.nodes.filter(isReachable) : [];
  const nodes = usable
    .filter(({ swarmId, omqPort }) => swarmId !== NO_SWARM && omqPort > 1)
    .slice(0, 3)
    .map((node) => ({
      url: `http://${node.ip}:${node.httpPort}`,
      ed25519: node.pubkeyEd25519,
      x25519: node.pubkeyX25519,
    }));
  return `type Node = { readonly url: string; readonly ed25519: string; readonly x25519: string };
export const nodes = ${JSON.stringify(nodes)} as unknown as readonly [Node, Node, Node];
`;
}

/** Writes a sample as a program that talks to this world. */
function write(name: string, { language, code }: Sample): string {
  const path = join(dir, `${name}.${language === 'js' ? 'mjs' : 'ts'}`);
  const text = code
    .replaceAll('https://push.example.org', world.relayUrl)
    .replaceAll('58746eb0719730d24d2b8642fe6b45ca3721405a0ac30d9536238890be324128', world.onionKey);
  writeFileSync(path, text);
  return path;
}

const samples = samplesIn(guide);

describe('the samples of docs/client-guide.md', () => {
  test.each(samples.map((sample, index) => [sample.heading, index, sample] as const))(
    '%s (%i) runs and prints what is written there',
    async (_, index, sample) => {
      const path = write(`sample-${index}`, sample);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [path], { cwd: dir });
      expect([stdout, stderr]).toEqual([sample.output, '']);
    },
  );

  test('hold to the types of the library', async () => {
    for (const [index, sample] of samples.entries()) write(`sample-${index}`, sample);
    writeFileSync(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.check.json', include: ['*.ts'], exclude: [] }),
    );
    const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', dir]);
    expect(stdout).toBe('');
  }, 60_000);

  test('are all there', () => {
    expect(samples.map(({ heading }) => heading)).toEqual([
      'Registering',
      'Registering',
      'Without being seen',
      'Staying registered',
      'When it fails',
      'An app that fetches by itself',
    ]);
  });
});

test.each(['apns', 'firebase'] as const)(
  'a wakeup through %s is what the guide tells an app to look for',
  async (service) => {
    const { account, device } = person(service);
    const phone = new StubClient({ account, oxendUrl: world.network.oxendUrl });
    await phone.register(world.relayUrl, device);
    const control = service === 'apns' ? world.apns.controlUrl : world.fcm.controlUrl;
    let payload: Buffer | undefined;
    await eventually(async () => {
      await phone.send(account.sessionId, 'hello');
      payload = (await waitForWakeup(control, device.token, { timeoutMs: 1_000 }))?.payload;
      return payload !== undefined;
    }, 10_000);
    const sample = samples.find(({ code }) => code.includes('isWakeup'));
    if (sample === undefined) throw new Error('the guide has no such sample');
    const { isWakeup } = (await import(write('is-wakeup', sample))) as {
      isWakeup: (data: object) => boolean;
    };
    const sent = JSON.parse(payload?.toString() ?? '') as { data?: object; message?: { data: object } };
    expect(isWakeup(sent.message?.data ?? sent.data ?? sent)).toBe(true);
    expect(isWakeup({ enc_payload: 'AAAA' })).toBe(false);
  },
);
