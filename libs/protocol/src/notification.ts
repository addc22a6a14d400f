import { ACCOUNT_BYTES } from './account.ts';
import { BencodeReader } from './bencode-reader.ts';
import { latin1 } from './latin1.ts';
import { isInt16 } from './namespaces.ts';
import type { AccountKey, Notification } from './subscription.ts';

/** A message is at most 76,800 bytes; more than this is nothing a storage node would send. */
const MAX_BODY_BYTES = 1_000_000;
const MIN_HASH_BYTES = 32;
const MAX_HASH_BYTES = 99;

const ACCOUNT = 0x40; // @
const HASH = 0x68; // h
const NAMESPACE = 0x6e; // n
const CREATED = 0x74; // t
const EXPIRES = 0x7a; // z

/**
 * Reads the body of a `notify.message`. The few fields are copied out; the message itself (`~`) and keys that are not known
 * are passed over, so nothing of the result keeps `body` alive.
 *
 * @returns `null` for anything malformed: a field that is missing, twice there, out of order or out of bounds.
 */
export function decodeNotification(body: Uint8Array): Notification | null {
  if (body.length > MAX_BODY_BYTES) return null;
  const reader = new BencodeReader(body);
  if (!reader.openDict()) return null;
  let account: string | null = null;
  let hash: string | null = null;
  let namespace = Number.NaN;
  let createdMs = Number.NaN;
  let expiresMs = Number.NaN;
  let last = -1;
  while (!reader.close()) {
    const key = readKey(reader);
    if (key <= last) return null;
    if (key !== OTHER_KEY) last = key;
    if (key === ACCOUNT) account = readText(reader, ACCOUNT_BYTES, ACCOUNT_BYTES);
    else if (key === HASH) hash = readText(reader, MIN_HASH_BYTES, MAX_HASH_BYTES);
    else if (key === NAMESPACE) namespace = Number(reader.integer());
    else if (key === CREATED) createdMs = Number(reader.integer());
    else if (key === EXPIRES) expiresMs = Number(reader.integer());
    else if (!reader.skip()) return null;
  }
  if (account === null || hash === null || !reader.isAtEnd) return null;
  if (!isInt16(namespace) || !isTime(createdMs) || !isTime(expiresMs)) return null;
  return { accountKey: account as AccountKey, hash, namespace, createdMs, expiresMs };
}

/** A key of several characters; no key of one character is as great. */
const OTHER_KEY = 0x100;

/** A key of one character as its byte, {@link OTHER_KEY} for a longer one, -1 where there is no key. */
function readKey(reader: BencodeReader): number {
  const length = reader.stringLength();
  const key = length === 1 ? reader.peek() : length > 1 ? OTHER_KEY : -1;
  if (length > 0) reader.at += length;
  return key;
}

function readText(reader: BencodeReader, least: number, most: number): string | null {
  const length = reader.stringLength();
  if (length < least || length > most) return null;
  reader.at += length;
  return latin1(reader.bytes, reader.at - length, reader.at);
}

function isTime(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0;
}
