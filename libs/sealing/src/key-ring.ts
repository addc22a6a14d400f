import type { UnixSeconds } from '@push/protocol';
import { X_WING_PUBLIC_BYTES } from './x-wing.ts';

/** What the keys of a ring file are for, and how many bytes each has. */
const KEY_BYTES = {
  onion: 32,
  index: 32,
  omq: 32,
  'watch-secret': 32,
  'device-secret': 32,
  'watch-public': X_WING_PUBLIC_BYTES,
  'device-public': X_WING_PUBLIC_BYTES,
} as const;

export type KeyPurpose = keyof typeof KEY_BYTES;

/** One key of a ring file. Whether it is secret, and its length, is a matter of the file. */
export interface RingKey {
  readonly createdAt: UnixSeconds;
  readonly key: Uint8Array;
}

/** Newest first, never empty. */
export type KeyRing = readonly [RingKey, ...RingKey[]];

export type KeyRingResult =
  | { readonly ok: true; readonly ring: KeyRing }
  | { readonly ok: false; readonly problem: string };

/** A ring whose file may be replaced while the process runs. Ask for `current` each time; a changed ring is a new object. */
export interface LiveKeyRing {
  readonly current: KeyRing;
}

/**
 * How long a new key is only read with before anything is written under it, in seconds: by then every process has
 * noticed the changed file, so none meets a record under a key it has not got.
 */
const SETTLING_S = 20;

/** Tells one file of keys from another, where their lengths do not. */
const PURPOSE_LINE = /^#!\s*(\S*)/;

const LINE = /^(\d{1,12})[ \t]+([0-9a-fA-F]+)$/;

/**
 * Reads `<created unix seconds> <hex>` lines, newest first; blank lines and `#` comments are skipped. A line
 * `#! <purpose>` says what the keys are for, and must say `purpose`; a file without it is taken for what it should be. A
 * problem names the line and never repeats it.
 */
export function parseKeyRing(text: string, purpose: KeyPurpose): KeyRingResult {
  const byteLength = KEY_BYTES[purpose];
  const keys: RingKey[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const at = `line ${index + 1}`;
    const stated = PURPOSE_LINE.exec(raw)?.[1];
    if (stated !== undefined && stated !== purpose) return problem(`${at} says that its keys are not for "${purpose}"`);
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '') continue;
    const [, created, hex] = LINE.exec(line) ?? [];
    if (created === undefined || hex === undefined) return problem(`${at} is not "<created unix seconds> <hex>"`);
    if (hex.length !== 2 * byteLength) return problem(`${at} does not hold a key of ${byteLength} bytes`);
    const key = new Uint8Array(Buffer.from(hex, 'hex'));
    const createdAt = Number(created) as UnixSeconds;
    const newer = keys.at(-1);
    if (newer !== undefined && newer.createdAt < createdAt) return problem(`${at} is newer than the line before it`);
    if (keys.some((other) => Buffer.compare(other.key, key) === 0)) return problem(`${at} repeats a key`);
    keys.push({ createdAt, key });
  }
  const [newest, ...older] = keys;
  return newest === undefined ? problem('holds no key') : { ok: true, ring: [newest, ...older] };
}

/** The text of a ring file, with a line for its purpose if there is one to tell, and without comments. */
export function formatKeyRing(ring: KeyRing, purpose?: KeyPurpose): string {
  const header = purpose === undefined ? '' : `#! ${purpose}\n`;
  return header + ring.map(({ createdAt, key }) => `${createdAt} ${Buffer.from(key).toString('hex')}\n`).join('');
}

/** The key to write with at `nowMs`: the newest that has settled, or the newest while none has. */
export function writingKey(ring: KeyRing, nowMs: number): RingKey {
  return ring.find(({ createdAt }) => (createdAt + SETTLING_S) * 1000 <= nowMs) ?? ring[0];
}

function problem(text: string): KeyRingResult {
  return { ok: false, problem: text };
}
