import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeyPurpose, parseKeyRing, xWingSecretKey } from '@push/sealing';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('keys-generate.ts', import.meta.url));
const PURPOSES: { readonly [name: string]: KeyPurpose } = {
  'device.key': 'device-secret',
  'index.key': 'index',
  'omq.key': 'omq',
  'onion.key': 'onion',
  'watch.key': 'watch-secret',
  'device.pub': 'device-public',
  'watch.pub': 'watch-public',
};
const SECRETS = Object.keys(PURPOSES).filter((name) => name.endsWith('.key'));
const PUBLIC = Object.keys(PURPOSES).filter((name) => name.endsWith('.pub'));

let parent: string;
let dir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'push-keys-'));
  dir = join(parent, 'keys');
});
afterEach(() => rmSync(parent, { recursive: true }));

function generate(...args: string[]): { status: number | null; out: string; errors: string } {
  const flags = ['--conditions=@push/source', SCRIPT, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  return { status, out: stdout, errors: stderr };
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function onlyKeyOf(name: string): Uint8Array {
  const result = parseKeyRing(readFileSync(join(dir, name), 'utf8'), PURPOSES[name] ?? 'index');
  if (!result.ok) throw new Error(`${name}: ${result.problem}`);
  expect(result.ring).toHaveLength(1);
  expect(Math.abs(result.ring[0].createdAt - Date.now() / 1_000)).toBeLessThan(60);
  return result.ring[0].key;
}

describe('keys:generate', () => {
  test('writes each key file as a ring, secrets for their owner only', () => {
    expect(generate(dir)).toMatchObject({ status: 0, errors: '' });
    expect(readdirSync(dir).sort()).toEqual([...SECRETS, ...PUBLIC].sort());
    expect(modeOf(dir)).toBe('700');
    for (const name of SECRETS) expect([name, modeOf(join(dir, name))]).toEqual([name, '600']);
    for (const name of PUBLIC) expect([name, modeOf(join(dir, name))]).toEqual([name, '644']);
    const secrets = SECRETS.map((name) => Buffer.from(onlyKeyOf(name)).toString('hex'));
    expect(new Set(secrets).size).toBe(SECRETS.length);
  });

  test.each(['watch', 'device'])('makes the two halves of the %s key belong together', (compartment) => {
    generate(dir);
    const { publicKey } = xWingSecretKey(onlyKeyOf(`${compartment}.key`));
    expect(Buffer.from(onlyKeyOf(`${compartment}.pub`))).toEqual(Buffer.from(publicKey.bytes));
  });

  test('writes into each file what its keys are for, so that it is refused anywhere else', () => {
    generate(dir);
    const accepted = Object.entries(PURPOSES).map(([name]) => {
      const text = readFileSync(join(dir, name), 'utf8');
      return [name, Object.values(PURPOSES).filter((purpose) => parseKeyRing(text, purpose).ok)];
    });
    expect(accepted).toEqual(Object.entries(PURPOSES).map(([name, purpose]) => [name, [purpose]]));
  });

  test('prints what each file is for, the public onion key, and no secret', () => {
    const { out } = generate(dir);
    for (const name of [...SECRETS, ...PUBLIC]) expect(out).toContain(name);
    for (const name of SECRETS) expect(out).not.toContain(Buffer.from(onlyKeyOf(name)).toString('hex'));
    const x = Buffer.from(/build in: ([0-9a-f]{64})$/m.exec(out)?.[1] ?? '', 'hex').toString('base64url');
    const d = Buffer.from(onlyKeyOf('onion.key')).toString('base64url');
    const jwk = { kty: 'OKP', crv: 'X25519', d, x };
    expect(createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' }).x).toBe(x);
  });

  test('overwrites nothing: it names what is there and writes no other file', () => {
    generate(dir);
    const before = readFileSync(join(dir, 'index.key'), 'utf8');
    rmSync(join(dir, 'omq.key'));
    const again = generate(dir);
    expect(again.status).toBe(1);
    expect(again.errors).toMatch(/onion\.key, index\.key, watch\.pub, device\.pub, watch\.key, device\.key/);
    expect(readFileSync(join(dir, 'index.key'), 'utf8')).toBe(before);
    expect(readdirSync(dir)).not.toContain('omq.key');
  });

  test('leaves nothing behind when it cannot finish', () => {
    writeFileSync(dir, 'a file where the folder should be');
    expect(generate(dir)).toEqual({ status: 1, out: '', errors: expect.stringMatching(/^nothing was written.*\n$/) });
    expect(readdirSync(parent)).toEqual(['keys']);
  });

  test('says how it is used when it is not told where to write', () => {
    expect(generate()).toMatchObject({ status: 2, errors: expect.stringContaining('usage') });
  });
});
