import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../src/run.ts';
import { type Relay, startRelay } from './relay.ts';
import { clientProcess, startClient } from './run-client.ts';
import { startServer } from './server.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
});

describe('as a process of its own, the program', () => {
  test('registers, says so on standard output, and ends with 0', async () => {
    const { code, out, err } = await clientProcess('register', '--relay', relay.url);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('added');
    expect(relay.items).toHaveLength(2);
  });

  test('writes one JSON object', async () => {
    const { code, out, err } = await clientProcess('status', '--relay', relay.url, '--json');
    expect([code, err, JSON.parse(out)]).toMatchObject([0, '', { ok: true }]);
    expect(out.trimEnd()).not.toContain('\n');
  });

  test('tells what is wrong with its command line on standard error, and ends with 2', async () => {
    const { code, out, err } = await clientProcess('register');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--relay is required');
  });

  test('ends with 3 when nobody is there', async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const { code, out, err } = await clientProcess('status', '--relay', gone.url);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('ECONNREFUSED');
  });

  test('ends with 70 when nobody can read what it tells, and never with 1, which would be the relay’s refusal', async () => {
    const child = startClient('status', '--relay', relay.url);
    child.stdout.destroy();
    const [[code], told] = await Promise.all([once(child, 'close'), child.stderr.setEncoding('utf8').toArray()]);
    expect([code, told.join('')]).toEqual([70, 'relay-client: what there was to tell could not be written\n']);
  });

  test('ends with 70 in a checkout that was never built, and says how to build it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-client-'));
    try {
      mkdirSync(join(folder, 'bin'));
      const program = join(folder, 'bin', 'relay-client.mjs');
      copyFileSync(new URL('../bin/relay-client.mjs', import.meta.url), program);
      const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'ignore', 'pipe'] });
      const [[code], told] = await Promise.all([once(child, 'close'), child.stderr.setEncoding('utf8').toArray()]);
      expect([code, told.join('')]).toEqual([70, 'relay-client: not built yet; run: npm run build\n']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('explains itself', async () => {
    const { code, out } = await clientProcess('--help');
    expect(code).toBe(0);
    expect(out).toContain('relay-client: asks a live push relay the way an app does');
  });
});

describe('a fault of the program', () => {
  const full = (): never => {
    throw Object.assign(new Error('a secret that an error may hold'), { code: 'ENOSPC' });
  };

  test('is told by its name alone, with exit code 70, whatever else there was to tell', async () => {
    let told = '';
    const err = (text: string): unknown => (told += text);
    for (const args of [['status', '--relay', relay.url], ['status', '--json'], ['--help']]) {
      told = '';
      expect(await run(args, { out: full, err })).toBe(70);
      expect(told).toBe(
        'relay-client: something went wrong in this program: Error ENOSPC\nNext: please report this.\n',
      );
    }
  });

  test('is told by the exit code when nothing else can be', async () => {
    expect(await run(['status'], { out: full, err: full })).toBe(70);
  });
});
