import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';

export type SeedFile =
  | { readonly kind: 'seed'; readonly seed: Uint8Array }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly problem: string };

/** A file of 32 bytes in hex. One that others may read is refused, since whoever has the seed is the account. */
export function readSeedFile(path: string): SeedFile {
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      return { kind: 'unusable', problem: '--seed-file names a file that others may read or write; use mode 0600' };
    }
    const text = readFileSync(path, 'utf8').trim();
    if (/^[0-9A-Fa-f]{64}$/.test(text)) return { kind: 'seed', seed: Buffer.from(text, 'hex') };
    return { kind: 'unusable', problem: '--seed-file must name a file of 64 hex digits' };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isAbsent
      ? { kind: 'absent' }
      : { kind: 'unusable', problem: '--seed-file names a file that cannot be read' };
  }
}

/** Writes a new seed for its owner alone, never over a file that is there. */
export function createSeedFile(path: string): SeedFile {
  const seed = randomBytes(32);
  try {
    writeFileSync(path, `${seed.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    return { kind: 'seed', seed };
  } catch {
    return { kind: 'unusable', problem: '--seed-file names a file that cannot be created' };
  }
}
