import { expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../src/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packages = globSync(['package.json', 'apps/*/package.json', 'libs/*/package.json'], { cwd: root });

test.each(packages)('the version that processes tell is that of %s', (file) => {
  expect(JSON.parse(readFileSync(`${root}${file}`, 'utf8'))).toMatchObject({ version: VERSION });
});
