// Makes everything secret that a deployment needs, once, each thing in the folder of the one service that needs it:
//   node tools/provision.ts DIR
// leaves DIR/{relay,watcher,dispatcher,redis}. Run again, it keeps every secret. docker-compose.yml, `npm start` and the demo
// use it; operators who spread secrets by other means use `npm run keys:generate` alone.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomPasswords, type RedisUser, renderAcl } from './redis-acl.ts';

/** Who gets which key file. Nobody gets what another's work needs. */
const KEY_FILES = {
  relay: ['onion.key', 'index.key', 'watch.pub', 'device.pub'],
  watcher: ['watch.key', 'omq.key'],
  dispatcher: ['device.key'],
} as const;

type App = keyof typeof KEY_FILES;
const APPS = Object.keys(KEY_FILES) as App[];

/**
 * Secrets are made once and kept; what an interrupted first run left is made anew, since nothing can have used it yet. The
 * ACL file follows its template, so that a newer release may do in Redis what it needs.
 */
export function provision(dir: string): 'made' | 'already-there' {
  const isComplete = existsSync(join(dir, 'redis', LAST_WRITTEN));
  if (!isComplete) makeSecrets(dir);
  put(dir, 'redis', LAST_WRITTEN, renderAcl(provisionedPasswords(dir)), true);
  return isComplete ? 'already-there' : 'made';
}

const LAST_WRITTEN = 'users.acl';

function makeSecrets(dir: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'push-keys-'));
  try {
    const keys = join(scratch, 'keys');
    generateKeys(keys);
    const passwords = randomPasswords();
    for (const app of APPS) {
      for (const name of KEY_FILES[app]) put(dir, app, name, readFileSync(join(keys, name)), name.endsWith('.pub'));
      put(dir, app, 'redis.password', `${passwords[app]}\n`);
    }
    put(dir, 'redis', 'operator.password', `${passwords.operator}\n`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The passwords that {@link provision} made; for whoever starts the Redis server. */
export function provisionedPasswords(dir: string): Record<RedisUser, string> {
  const read = (folder: string, name: string): string => readFileSync(join(dir, folder, name), 'utf8').trim();
  return {
    relay: read('relay', 'redis.password'),
    watcher: read('watcher', 'redis.password'),
    dispatcher: read('dispatcher', 'redis.password'),
    operator: read('redis', 'operator.password'),
  };
}

function generateKeys(keys: string): void {
  const script = fileURLToPath(new URL('keys-generate.ts', import.meta.url));
  const made = spawnSync(process.execPath, [script, keys], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`keys could not be generated: ${made.stderr}`);
}

function put(dir: string, folder: string, name: string, content: string | Buffer, isPublic = false): void {
  const path = join(dir, folder, name);
  mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
  chmodSync(path, isPublic ? 0o644 : 0o600);
}

if (import.meta.main) {
  const [dir] = process.argv.slice(2);
  if (dir === undefined) {
    console.error('usage: node tools/provision.ts DIR');
    process.exitCode = 2;
  } else {
    console.log(provision(dir) === 'made' ? `secrets are in ${dir}` : `${dir} holds secrets already; they are kept`);
  }
}
