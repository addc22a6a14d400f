import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly exports: { readonly '.': Readonly<Record<string, string>> };
}

let names: readonly string[];
beforeAll(async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '-w', 'libs/client'], {
    cwd: root,
  });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  names = files.map(({ path }) => path);
});

describe('the package that npm makes of the library, after a build,', () => {
  test('holds what was built, its licence and its README, and nothing else', () => {
    expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(names).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/signing-clock.js']));
    const others = names.filter((name) => !/^dist\/[a-z/-]+(\.js|\.d\.ts)$/.test(name));
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json']);
  });

  test('is entered by files that it holds, wherever its tools look; only this repository has the sources', () => {
    const { main, types, exports } = JSON.parse(read('libs/client/package.json')) as Manifest;
    const { '@push/source': source, ...published } = exports['.'];
    for (const entry of [main, types, ...Object.values(published)]) expect(names).toContain(entry.replace('./', ''));
    // Conditions count in the order in which they are written.
    expect(Object.keys(exports['.'])).toEqual(['@push/source', 'types', 'default']);
    expect(source).toBe('./src/index.ts');
  });

  test('points to no map that it does not hold', () => {
    expect(read('libs/client/dist/index.js')).not.toContain('sourceMappingURL');
  });

  test('has the licence of the repository', () => {
    expect(read('libs/client/LICENSE')).toBe(read('LICENSE'));
  });
});
