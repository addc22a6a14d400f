import { bytesToHex } from '@noble/hashes/utils.js';
import { asRecord, type RandomBytes } from '../bytes.ts';

/**
 * What an app keeps between runs, one for each relay; plain JSON. Accounts and tokens are in it only as hashes under the salt
 * (see `renewalKey`), and an entry that is no longer wanted is dropped.
 */
export interface RenewalState {
  readonly version: 1;
  /** 16 random bytes in hex. */
  readonly salt: string;
  readonly entries: Readonly<Record<string, RenewalEntry>>;
}

/** One registration: a device, an account and what it subscribed to. Times are Unix milliseconds. */
export interface RenewalEntry {
  /** When the request was signed that the relay carried out last; `null` before the first. */
  readonly signedAtMs: number | null;
  /** Attempts since then that failed. */
  readonly failures: number;
  /** When to register next; `null` after a refusal that will not change by itself. */
  readonly nextAtMs: number | null;
}

export function freshRenewalState(random: RandomBytes): RenewalState {
  return { version: 1, salt: bytesToHex(random(16)), entries: {} };
}

/** Reads a state that was stored as JSON; `null` for anything else, which then counts as none. */
export function readRenewalState(stored: unknown): RenewalState | null {
  const state = asRecord(stored);
  const salt = state?.['salt'];
  const entries = asRecord(state?.['entries']);
  if (state?.['version'] !== 1 || typeof salt !== 'string' || !/^[0-9a-f]{32}$/.test(salt) || entries === null) {
    return null;
  }
  return Object.values(entries).every(isEntry)
    ? { version: 1, salt, entries: entries as RenewalState['entries'] }
    : null;
}

function isEntry(value: unknown): boolean {
  const entry = asRecord(value);
  if (entry === null) return false;
  const { signedAtMs, failures, nextAtMs } = entry;
  return isTime(signedAtMs) && isTime(nextAtMs) && Number.isSafeInteger(failures) && Number(failures) >= 0;
}

function isTime(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isFinite(value));
}
