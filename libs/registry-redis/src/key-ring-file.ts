import type { Ledger } from '@push/ledger';
import { type ConfigFile, env, watchFile } from '@push/ops';
import {
  type KeyPurpose,
  type KeyRing,
  type KeyRingResult,
  type LiveKeyRing,
  parseKeyRing,
  xWingPublicKey,
} from '@push/sealing';

/** Reads and checks a ring file, for the configuration. A problem never repeats what the file holds. */
export function readKeyRing(file: ConfigFile, purpose: KeyPurpose): KeyRingResult {
  return parse(file.read(), purpose);
}

/** For the schema of a configuration: a path to a ring file that holds good keys for `purpose`. */
export const ringFile = (purpose: KeyPurpose) =>
  (isPublic(purpose) ? env.file() : env.secretFile()).superRefine((file, context) => {
    const result = readKeyRing(file, purpose);
    if (result.ok) return;
    context.addIssue({ code: 'custom', message: `names a key file that cannot be used: ${result.problem}` });
  });

export interface WatchedKeyRing extends LiveKeyRing, Disposable {}

export interface WatchKeyRingOptions {
  readonly file: ConfigFile;
  /** Also what the log calls the ring. */
  readonly purpose: KeyPurpose;
  readonly ledger: Ledger;
  /** How often to look whether the file was replaced. Default: 5 seconds. */
  readonly intervalMs?: number;
}

/**
 * A ring that follows its file without a restart. A file that has become unreadable or malformed is reported, and the
 * last good ring stays in use. Throws {@link KeyRingUnusable} when the file is no good to begin with.
 */
export function watchKeyRing({ file, purpose, ledger, intervalMs = 5_000 }: WatchKeyRingOptions): WatchedKeyRing {
  const watch = watchFile({
    file,
    intervalMs,
    onChange: (bytes) => {
      const result = parse(bytes, purpose);
      if (!result.ok) return ledger.record('keys.unusable', { ring: purpose, code: 'malformed' });
      current = result.ring;
      ledger.record('keys.changed', { ring: purpose, keys: current.length });
    },
    onError: () => ledger.record('keys.unusable', { ring: purpose, code: 'unreadable' }),
  });
  const first = readKeyRing(file, purpose);
  if (!first.ok) {
    watch[Symbol.dispose]();
    throw new KeyRingUnusable();
  }
  let current: KeyRing = first.ring;
  return {
    get current() {
      return current;
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

/** A ring file stopped being good between the check of the configuration and the start. */
export class KeyRingUnusable extends Error {
  override readonly name = 'KeyRingUnusable';
  readonly code = 'key-ring-unusable';

  constructor() {
    super('a key file cannot be used');
  }
}

const isPublic = (purpose: KeyPurpose): boolean => purpose === 'watch-public' || purpose === 'device-public';

function parse(bytes: Buffer, purpose: KeyPurpose): KeyRingResult {
  const result = parseKeyRing(bytes.toString('latin1'), purpose);
  if (!result.ok || !isPublic(purpose)) return result;
  const isUsable = result.ring.every(({ key }) => xWingPublicKey(key) !== null);
  return isUsable ? result : { ok: false, problem: 'holds a key that is not a public sealing key' };
}
