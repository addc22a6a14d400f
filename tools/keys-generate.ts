// Makes every key file of a deployment:
//   npm run keys:generate -- DIR
// Refuses when one of them is there already: a lost secret key is a lost registry, so nothing is ever overwritten.
import { x25519Pair } from '@push/protocol';
import { type KeyPurpose, type KeyRing, formatKeyRing, xWingSecretKey } from '@push/sealing';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface KeyFile {
  readonly name: string;
  readonly isSecret: boolean;
  readonly owner: 'relay' | 'swarm-watcher' | 'dispatcher';
  readonly purpose: KeyPurpose;
  readonly use: string;
  readonly key: Uint8Array;
}

function newKeyFiles(): readonly KeyFile[] {
  const [watchSeed, deviceSeed] = [randomBytes(32), randomBytes(32)];
  const publicHalf = (seed: Uint8Array): Uint8Array => xWingSecretKey(seed).publicKey.bytes;
  const secret = { isSecret: true } as const;
  const open = { isSecret: false } as const;
  return [
    {
      name: 'onion.key',
      purpose: 'onion',
      ...secret,
      owner: 'relay',
      use: 'opens onion requests',
      key: randomBytes(32),
    },
    {
      name: 'index.key',
      purpose: 'index',
      ...secret,
      owner: 'relay',
      use: 'names the records of registrations',
      key: randomBytes(32),
    },
    {
      name: 'watch.pub',
      purpose: 'watch-public',
      ...open,
      owner: 'relay',
      use: 'seals records for the watcher',
      key: publicHalf(watchSeed),
    },
    {
      name: 'device.pub',
      purpose: 'device-public',
      ...open,
      owner: 'relay',
      use: 'seals records for the dispatcher',
      key: publicHalf(deviceSeed),
    },
    {
      name: 'watch.key',
      purpose: 'watch-secret',
      ...secret,
      owner: 'swarm-watcher',
      use: 'opens what to watch',
      key: watchSeed,
    },
    {
      name: 'omq.key',
      purpose: 'omq',
      ...secret,
      owner: 'swarm-watcher',
      use: 'identities towards storage nodes',
      key: randomBytes(32),
    },
    {
      name: 'device.key',
      purpose: 'device-secret',
      ...secret,
      owner: 'dispatcher',
      use: 'opens where to send wakeups',
      key: deviceSeed,
    },
  ];
}

/** Creates the files, and `dir` if need be. All or nothing: the names that are taken already come back instead. */
function generateKeys(dir: string, files: readonly KeyFile[], createdAt: number): readonly string[] {
  const taken = files.map(({ name }) => name).filter((name) => existsSync(join(dir, name)));
  if (taken.length > 0) return taken;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const written: string[] = [];
  try {
    for (const { name, purpose, isSecret, owner, use, key } of files) {
      const path = join(dir, name);
      const ring = [{ createdAt, key }] as unknown as KeyRing;
      const comment = `# ${isSecret ? 'SECRET of' : 'public, for'} the ${owner}: ${use}. Newest key first.\n`;
      writeFileSync(path, comment + formatKeyRing(ring, purpose), { mode: 0o600, flag: 'wx' });
      written.push(path);
      chmodSync(path, isSecret ? 0o600 : 0o644);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    throw error;
  }
  return [];
}

function main(dir: string | undefined): number {
  if (dir === undefined || dir.startsWith('-')) {
    console.error('usage: npm run keys:generate -- DIR');
    return 2;
  }
  const files = newKeyFiles();
  let taken: readonly string[];
  try {
    taken = generateKeys(dir, files, Math.floor(Date.now() / 1_000));
  } catch (error) {
    console.error(`nothing was written, because ${dir} cannot be (${(error as NodeJS.ErrnoException).code})`);
    return 1;
  }
  if (taken.length > 0) {
    console.error(`nothing was written, because ${dir} already holds ${taken.join(', ')}`);
    return 1;
  }
  console.log(`keys are in ${dir}; give each app its own files and no others:`);
  for (const { name, isSecret, owner, use } of files) {
    console.log(`  ${name.padEnd(11)} ${isSecret ? 'secret' : 'public'}  ${owner.padEnd(14)} ${use}`);
  }
  const onion = files.find(({ name }) => name === 'onion.key');
  if (onion !== undefined)
    console.log(
      `public onion key, which clients build in: ${Buffer.from(x25519Pair(onion.key).publicKey).toString('hex')}`,
    );
  return 0;
}

process.exitCode = main(process.argv[2]);
