import { utf8Bytes } from './bytes.ts';

/** A relay reads 100,000 bytes, over HTTP and inside an onion request; other relays may count what is around them. */
const MAX_BODY_BYTES = 98_000;
const MAX_ITEMS = 100;

/** The bodies that bring all items, in order, as lists the relay reads; and how many items each holds. */
export function chunksOf(items: readonly string[]): readonly Chunk[] {
  const chunks: string[][] = [];
  let open: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const itemBytes = utf8Bytes(item).length + ','.length;
    if (open.length === 0 || open.length === MAX_ITEMS || bytes + itemBytes > MAX_BODY_BYTES) {
      open = [];
      chunks.push(open);
      bytes = '[]'.length;
    }
    open.push(item);
    bytes += itemBytes;
  }
  return chunks.map((chunk) => ({ count: chunk.length, body: utf8Bytes(`[${chunk.join(',')}]`) }));
}

export interface Chunk {
  readonly count: number;
  readonly body: Uint8Array;
}
