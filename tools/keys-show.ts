// Shows what apps build in to reach a relay through onion requests: its URL and its public onion keys, newest first.
//   npm run keys:show -- [onion.key, or the folder it is in]
// Default: RELAY_ONION_SECRET_FILE, else where `npm start` keeps it. No secret is printed.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { x25519Pair } from '@push/protocol';
import { parseKeyRing } from '@push/sealing';

const { RELAY_ONION_SECRET_FILE, RELAY_DATA_DIR = '.data', RELAY_PUBLIC_URL } = process.env;

function main(given: string | undefined): number {
  if (given?.startsWith('-') === true) {
    console.error('usage: npm run keys:show -- [onion.key, or the folder it is in]');
    return 2;
  }
  const path = fileAt(given ?? RELAY_ONION_SECRET_FILE ?? join(RELAY_DATA_DIR, 'secrets', 'relay', 'onion.key'));
  const text = read(path);
  if (text === null) {
    console.error(`${path} cannot be read; name the onion.key of your relay, or make one with npm run keys:generate`);
    return 1;
  }
  const parsed = parseKeyRing(text, 'onion');
  if (!parsed.ok) {
    console.error(`${path} cannot be used: ${parsed.problem}`);
    return 1;
  }
  console.log(`url        ${RELAY_PUBLIC_URL || 'set RELAY_PUBLIC_URL to where apps find the relay'}`);
  for (const [index, { createdAt, key }] of parsed.ring.entries()) {
    const day = new Date(createdAt * 1_000).toISOString().slice(0, 10);
    const use = index === 0 ? 'build this one in' : 'still opened with';
    console.log(`onion key  ${Buffer.from(x25519Pair(key).publicKey).toString('hex')}  of ${day}, ${use}`);
  }
  return 0;
}

function fileAt(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'onion.key') : path;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

process.exitCode = main(process.argv[2]);
