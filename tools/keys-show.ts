// Shows what apps build in to reach a relay through onion requests: its URL and its public onion keys, newest first.
//   npm run keys:show -- [onion.key, or the folder it is in]
// Default: RELAY_ONION_SECRET_FILE, else where `npm start` keeps it. No secret is printed.
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { env } from '@push/ops';
import { x25519Pair } from '@push/protocol';
import { parseKeyRing } from '@push/sealing';

// npm runs this in the repository's folder; paths are meant from where its user stands.
const { INIT_CWD = process.cwd(), RELAY_ONION_SECRET_FILE, RELAY_DATA_DIR, RELAY_PUBLIC_URL } = process.env;

function main(given: string | undefined): number {
  if (given?.startsWith('-') === true) {
    console.error('usage: npm run keys:show -- [onion.key, or the folder it is in]');
    return 2;
  }
  const path = fileAt(given);
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
  console.log(`url        ${publicUrl()}`);
  for (const [index, { createdAt, key }] of parsed.ring.entries()) {
    const day = new Date(createdAt * 1_000).toISOString().slice(0, 10);
    const use = index === 0 ? 'build this one in' : 'still opened with';
    console.log(`onion key  ${Buffer.from(x25519Pair(key).publicKey).toString('hex')}  of ${day}, ${use}`);
  }
  return 0;
}

/** An empty variable counts as unset, as it does for the relay. */
function fileAt(given: string | undefined): string {
  const own = join(RELAY_DATA_DIR || '.data', 'secrets', 'relay', 'onion.key');
  const path = resolve(INIT_CWD, given || RELAY_ONION_SECRET_FILE || own);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'onion.key') : path;
}

function publicUrl(): string {
  if (!RELAY_PUBLIC_URL) return 'set RELAY_PUBLIC_URL to where apps find the relay';
  const checked = env.origin('http:', 'https:').safeParse(RELAY_PUBLIC_URL);
  return checked.success ? new URL(checked.data).origin : `RELAY_PUBLIC_URL ${checked.error.issues[0]?.message}`;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

process.exitCode = main(process.argv[2]);
