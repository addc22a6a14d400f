import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLedger } from '@push/ledger';
import type { ConfigFile } from '@push/ops';
import { xWingSecretKey } from '@push/sealing';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRing, watchKeyRing } from '../src/index.ts';

const A = 'aa'.repeat(32);
const B = 'bb'.repeat(32);

let dir: string;
let file: ConfigFile;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'push-ring-'));
  const path = join(dir, 'index.key');
  file = { path, read: () => readFileSync(path) };
  writeFileSync(path, `100 ${A}\n`);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A ledger whose lines can be waited for. */
function listeningLedger() {
  const lines: string[] = [];
  let look = (): void => {};
  const ledger = createLedger({
    process: 'test',
    level: 'info',
    write: (line) => {
      lines.push(line);
      look();
    },
  });
  const line = (part: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (lines.some((one) => one.includes(part))) resolve();
      };
      look();
    });
  return { ledger, lines, line };
}

describe('a key ring on disk', () => {
  test('is read again when its file is replaced', async () => {
    const { ledger, lines, line } = listeningLedger();
    using ring = watchKeyRing({ file, purpose: 'index', ledger, intervalMs: 5 });
    expect(ring.current).toHaveLength(1);
    writeFileSync(`${file.path}.new`, `200 ${B}\n100 ${A}\n`);
    renameSync(`${file.path}.new`, file.path);
    await line('keys.changed');
    expect(ring.current.map(({ createdAt }) => createdAt)).toEqual([200, 100]);
    expect(lines.join('')).not.toMatch(/aaaa|bbbb/);
  });

  test.each([
    ['is malformed', (path: string) => writeFileSync(path, 'not a ring'), 'malformed'],
    ['holds the keys of another purpose', (path: string) => writeFileSync(path, `#! onion\n200 ${B}\n`), 'malformed'],
    ['is gone', (path: string) => rmSync(path), 'unreadable'],
  ])('stays in use when its file %s, and follows it again once it is good', async (_, spoil, code) => {
    const { ledger, line } = listeningLedger();
    using ring = watchKeyRing({ file, purpose: 'index', ledger, intervalMs: 5 });
    const before = ring.current;
    spoil(file.path);
    await line(code);
    expect(ring.current).toBe(before);
    writeFileSync(file.path, `300 ${B}\n`);
    await line('keys.changed');
    expect(ring.current.map(({ createdAt }) => createdAt)).toEqual([300]);
  });

  test('cannot be watched when it is no good to begin with', () => {
    writeFileSync(file.path, '');
    const { ledger } = listeningLedger();
    expect(() => watchKeyRing({ file, purpose: 'index', ledger })).toThrow(
      expect.objectContaining({ code: 'key-ring-unusable' }),
    );
  });

  test('of public keys is refused when one of them is none', () => {
    const good = Buffer.from(xWingSecretKey(new Uint8Array(32)).publicKey.bytes).toString('hex');
    writeFileSync(file.path, `100 ${good}\n`);
    expect(readKeyRing(file, 'watch-public')).toMatchObject({ ok: true });
    writeFileSync(file.path, `100 ${'f'.repeat(2 * 1_216)}\n`);
    expect(readKeyRing(file, 'watch-public')).toEqual({
      ok: false,
      problem: 'holds a key that is not a public sealing key',
    });
    expect(readKeyRing(file, 'index')).toMatchObject({ ok: false });
  });
});
