import type { Ledger } from '@push/ledger';
import { type ConfigFile, env, watchFile } from '@push/ops';
import {
  type KeyRing,
  type KeyRingResult,
  type LiveKeyRing,
  parseKeyRing,
  X_WING_PUBLIC_BYTES,
  xWingPublicKey,
} from '@push/sealing';

/** `secret`: 32 bytes a key. `sealing-public`: the public half of a sealing key, 1216 bytes. */
export type KeyRingKind = 'secret' | 'sealing-public';

/** Reads and checks a ring file, for the configuration. A problem never repeats what the file holds. */
export function readKeyRing(file: ConfigFile, kind: KeyRingKind): KeyRingResult {
  return parse(file.read(), kind);
}

/** For the schema of a configuration: a path to a ring file that holds good keys. */
export const ringFile = (kind: KeyRingKind) =>
  (kind === 'secret' ? env.secretFile() : env.file()).superRefine((file, context) => {
    const result = readKeyRing(file, kind);
    if (result.ok) return;
    context.addIssue({ code: 'custom', message: `names a key file that cannot be used: ${result.problem}` });
  });

export interface WatchedKeyRing extends LiveKeyRing, Disposable {}

export interface WatchKeyRingOptions {
  readonly file: ConfigFile;
  readonly kind: KeyRingKind;
  /** How the log calls it: `onion`, `index`, `watch`, `device`, `omq`. */
  readonly name: string;
  readonly ledger: Ledger;
  /** How often to look whether the file was replaced. Default: 5 seconds. */
  readonly intervalMs?: number;
}

/**
 * A ring that follows its file without a restart. A file that has become unreadable or malformed is reported, and the
 * last good ring stays in use. Throws {@link KeyRingUnusable} when the file is no good to begin with.
 */
export function watchKeyRing({ file, kind, name, ledger, intervalMs = 5_000 }: WatchKeyRingOptions): WatchedKeyRing {
  const watch = watchFile({
    file,
    intervalMs,
    onChange: (bytes) => {
      const result = parse(bytes, kind);
      if (!result.ok) return ledger.record('keys.unusable', { ring: name, code: 'malformed' });
      current = result.ring;
      ledger.record('keys.changed', { ring: name, keys: current.length });
    },
    onError: () => ledger.record('keys.unusable', { ring: name, code: 'unreadable' }),
  });
  const first = readKeyRing(file, kind);
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

function parse(bytes: Buffer, kind: KeyRingKind): KeyRingResult {
  const result = parseKeyRing(bytes.toString('latin1'), kind === 'secret' ? 32 : X_WING_PUBLIC_BYTES);
  if (!result.ok || kind === 'secret') return result;
  const isUsable = result.ring.every(({ key }) => xWingPublicKey(key) !== null);
  return isUsable ? result : { ok: false, problem: 'holds a key that is not a public sealing key' };
}
