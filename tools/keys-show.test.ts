import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vectors } from '../test/stubs/wire/vectors.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'push-keys-show-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = (script: string, args: readonly string[], environment = {}) => {
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [`tools/${script}.ts`, ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, out: stdout, errors: stderr };
};

describe('keys:show', () => {
  const { server_secret: secret, server_public: key } = vectors('onion-v4');
  const older = 'ab'.repeat(32);

  test('prints the public key of each secret, newest first, the URL, and no secret', () => {
    writeFileSync(join(dir, 'onion.key'), `#! onion\n1763769540 ${secret}\n1700000000 ${older}\n`);
    const { status, out } = run('keys-show', [dir], { RELAY_PUBLIC_URL: 'https://push.example.org' });
    const lines = out.split('\n');
    expect([status, lines[0]]).toEqual([0, 'url        https://push.example.org']);
    expect(lines[1]).toBe(`onion key  ${key}  of 2025-11-21, build this one in`);
    expect(lines[2]).toMatch(/^onion key {2}[0-9a-f]{64} {2}of 2023-11-14, still opened with$/);
    expect(out).not.toMatch(new RegExp(`${secret}|${older}`));
  });

  test('takes paths from where its user stands, and an empty variable as none', () => {
    writeFileSync(join(dir, 'onion.key'), `1763769540 ${secret}\n`);
    expect(run('keys-show', ['onion.key'], { INIT_CWD: dir })).toMatchObject({
      status: 0,
      out: expect.stringContaining(key),
    });
    const empty = run('keys-show', [], { RELAY_ONION_SECRET_FILE: '', RELAY_PUBLIC_URL: '', RELAY_DATA_DIR: dir });
    expect(empty.errors).toContain(join(dir, 'secrets', 'relay', 'onion.key'));
  });

  test.each(['push.example.org', 'https://push.example.org/sub/path', 'ftp://push.example.org'])(
    'says of %s what the relay would say',
    (url) => {
      writeFileSync(join(dir, 'onion.key'), `1763769540 ${secret}\n`);
      const { out } = run('keys-show', [dir], { RELAY_PUBLIC_URL: url });
      expect(out).toMatch(/^url {8}RELAY_PUBLIC_URL must /);
    },
  );

  test('finds the file that the relay is told of, and shows what keys:generate said', () => {
    const made = run('keys-generate', [join(dir, 'keys')]);
    const { out } = run('keys-show', [], { RELAY_ONION_SECRET_FILE: join(dir, 'keys', 'onion.key') });
    const [, told] = /build in: ([0-9a-f]{64})$/m.exec(made.out) ?? [];
    expect(out).toContain(`onion key  ${told}`);
    expect(out).toContain('set RELAY_PUBLIC_URL');
  });

  test('says in a line what is wrong, and repeats nothing of the file', () => {
    expect(run('keys-show', [join(dir, 'nothing')])).toMatchObject({
      status: 1,
      out: '',
      errors: expect.stringMatching(/cannot be read; name the onion\.key/),
    });
    writeFileSync(join(dir, 'onion.key'), `#! index\n1763769540 ${secret}\n`);
    const { status, errors } = run('keys-show', [dir]);
    expect([status, errors]).toEqual([1, expect.stringMatching(/not for "onion"\n$/)]);
    expect(errors).not.toContain(readFileSync(join(dir, 'onion.key'), 'utf8').slice(-65, -1));
    expect(run('keys-show', ['--help']).status).toBe(2);
  });
});
