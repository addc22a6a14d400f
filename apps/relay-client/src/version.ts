import { readFileSync } from 'node:fs';

/** Of this program, as in its package.json, which is beside both `src` and `dist`. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
