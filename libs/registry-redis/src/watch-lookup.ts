import type { WatchId } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import { decodeWatchRecord, recordName, type WatchRecord } from '@push/registry';
import type { Opener, UnopenedReason } from '@push/sealing';

export type WatchLookup =
  | { readonly kind: 'found'; readonly record: WatchRecord; readonly expiresAtMs: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly reason: UnopenedReason };

/** Reads and opens one watch record. On a `batch` connection many at once share their round trip. */
export async function lookUpWatch(connection: RedisConnection, opener: Opener, id: WatchId): Promise<WatchLookup> {
  const name = recordName.watch(id);
  const [value, expiresAtMs] = await Promise.all([connection.getBuffer(name), connection.pexpiretime(name)]);
  // Negative when it went between the two commands.
  if (value === null || expiresAtMs < 0) return { kind: 'gone' };
  const opened = await opener.open(name, value);
  if (!opened.ok) return { kind: 'unreadable', reason: opened.reason };
  const record = decodeWatchRecord(opened.plaintext);
  return record === null ? { kind: 'unreadable', reason: 'corrupt' } : { kind: 'found', record, expiresAtMs };
}
