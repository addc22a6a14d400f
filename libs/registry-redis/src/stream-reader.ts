import type { RedisConnection } from '@push/redis';
import { numberOf, type StreamName } from './event-stream.ts';

const MOST_ENTRIES = 1_000;

/** Entries after `position` (-1: from the start), oldest first, at most 1,000; waits up to `blockMs` for the first. */
export async function readStream(
  connection: RedisConnection,
  name: StreamName,
  position: number,
  blockMs: number | null,
): Promise<readonly StreamEntry[]> {
  const after = position < 0 ? '0-0' : `1-${position}`;
  const reply =
    blockMs === null
      ? await connection.xread('COUNT', MOST_ENTRIES, 'STREAMS', name, after)
      : await connection.xread('COUNT', MOST_ENTRIES, 'BLOCK', blockMs, 'STREAMS', name, after);
  const entries = reply?.[0]?.[1] ?? [];
  return entries.map(([id, fields]) => ({ number: numberOf(id), value: fields[1] ?? '' }));
}

export interface StreamEntry {
  readonly number: number;
  readonly value: string;
}

/** The number of the last entry ever appended, trimmed or not; -1 when there is no stream. */
export async function newestNumber(connection: RedisConnection, name: StreamName): Promise<number> {
  const info = (await connection.xinfo('STREAM', name).catch((error: unknown) => {
    if ((error as Error).message.includes('no such key')) return [];
    throw error;
  })) as unknown[];
  return numberOf(String(info[info.indexOf('last-generated-id') + 1]));
}
