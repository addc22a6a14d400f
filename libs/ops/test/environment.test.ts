import { afterAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { env, readEnvironment } from '../src/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'push-environment-'));
afterAll(() => rmSync(dir, { recursive: true }));

const schema = z.object({
  PORT: env.port(3000),
  URL: env.url('http:', 'https:'),
  LIST: env.listOf(['a', 'b']),
  SECRET: env.secretFile(),
});

function secret(mode: number): string {
  const path = join(dir, `secret-${mode}`);
  writeFileSync(path, 'x');
  chmodSync(path, mode);
  return path;
}

describe('the environment', () => {
  test('is read with defaults, and an empty variable counts as unset', () => {
    const result = readEnvironment(schema, { PORT: '', URL: 'http://h', LIST: 'b, a,b', SECRET: secret(0o600) });
    expect(result).toMatchObject({ ok: true, value: { PORT: 3000, URL: 'http://h', LIST: ['b', 'a'] } });
    expect(result.ok && result.value.SECRET.read().toString()).toBe('x');
  });

  test('tells every problem at once and repeats no value', () => {
    const result = readEnvironment(schema, { PORT: '70000', URL: 'ftp://u:pw@h', LIST: 'a,c' });
    expect(result.ok).toBe(false);
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['LIST', 'PORT', 'SECRET', 'URL']);
    expect(problems.find(({ variable }) => variable === 'SECRET')?.problem).toBe('is required');
    expect(JSON.stringify(problems)).not.toMatch(/70000|pw@|ftp/);
  });

  test.each([
    [0o644, /others may read/],
    [0o660, /group may write/],
  ])('refuses a secret file of mode %o', (mode, problem) => {
    const result = readEnvironment(schema, { URL: 'http://h', LIST: 'a', SECRET: secret(mode) });
    expect(result.ok ? [] : result.problems).toEqual([{ variable: 'SECRET', problem: expect.stringMatching(problem) }]);
  });

  test('names a missing file', () => {
    const result = readEnvironment(schema, { URL: 'http://h', LIST: 'a', SECRET: join(dir, 'none') });
    expect(result).toEqual({
      ok: false,
      problems: [{ variable: 'SECRET', problem: 'names a file that does not exist' }],
    });
  });
});
