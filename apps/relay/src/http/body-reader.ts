import type { Readable } from 'node:stream';
import type { RequestFailureCode } from '../failure/failures.ts';

export interface BodyReaderLimits {
  /** Of one body. */
  readonly maxBytes: number;
  /** Of all bodies that are being read or held, but for the first {@link FREE_BYTES} of each. */
  readonly maxTotalBytes: number;
}

/** A body that was read. It counts against the total until it is disposed. */
export interface HeldBody extends Disposable {
  readonly bytes: Uint8Array;
}

type UnreadCause = Extract<RequestFailureCode, 'not-http' | 'too-large' | 'too-slow' | 'overloaded'>;

/** A body that was not read to its end, so that the connection is of no further use. */
export class UnreadBody extends Error {
  override readonly name = 'UnreadBody';
  readonly failure: UnreadCause;

  constructor(failure: UnreadCause) {
    super('the body was not read');
    this.failure = failure;
  }
}

/** Rejects with {@link UnreadBody} and reads no further. `announced`: the content-length, NaN when there is none. */
export type ReadBody = (payload: Readable, announced: number) => Promise<HeldBody>;

/** So much of a body is always taken, so that those who send huge ones keep no ordinary request out. */
export const FREE_BYTES = 8_192;
const FIRST_BYTES = 2_048;
/** Pieces cost time, whatever their size; beyond so many they have to have some bytes on average. */
const FREE_PIECES = 4_096;
const LEAST_PIECE_BYTES = 64;

/**
 * Reads bodies into buffers of our own that grow with them: a body costs twice its bytes at most, also when it comes in pieces
 * of one byte, each of which would be an object, and nothing is set aside for what was only announced. When the total is
 * reached, the readings that began first and have not ended make room: whoever means well has long sent all.
 */
export function createBodyReader({ maxBytes, maxTotalBytes }: BodyReaderLimits): ReadBody {
  let total = 0;
  /** How to end those that hold a share of the total, oldest first. */
  const unfinished = new Set<() => void>();

  const makeRoom = (bytes: number, own: () => void): boolean => {
    for (const evict of unfinished) {
      if (total + bytes <= maxTotalBytes) return true;
      if (evict !== own) evict();
    }
    return total + bytes <= maxTotalBytes;
  };

  return (payload, announced) =>
    new Promise((resolve, reject) => {
      let buffer: Buffer = Buffer.allocUnsafe(0);
      let length = 0;
      let pieces = 0;
      let share = 0;
      const giveBack = (): void => {
        total -= share;
        share = 0;
      };
      const stop = (): void => {
        unfinished.delete(evict);
        for (const [event, listener] of listeners) payload.removeListener(event, listener);
        // Whatever comes behind a body that was given up is let through to nobody until the connection ends.
        payload.on('error', () => {}).resume();
      };
      const giveUp = (failure: UnreadCause): void => {
        stop();
        giveBack();
        reject(new UnreadBody(failure));
      };
      const evict = (): void => giveUp('too-slow');
      const grow = (capacity: number): boolean => {
        const more = Math.max(0, capacity - FREE_BYTES) - share;
        if (more > 0) {
          if (!makeRoom(more, evict)) return false;
          unfinished.add(evict);
          total += more;
          share += more;
        }
        const larger = Buffer.allocUnsafe(capacity);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
        return true;
      };
      const onData = (chunk: Buffer): void => {
        const needed = length + chunk.length;
        pieces += 1;
        if (pieces > FREE_PIECES + needed / LEAST_PIECE_BYTES) return giveUp('not-http');
        if (needed > maxBytes) return giveUp('too-large');
        const capacity = Math.min(maxBytes, Math.max(needed, 2 * buffer.length, FIRST_BYTES));
        if (needed > buffer.length && !grow(capacity)) return giveUp('overloaded');
        chunk.copy(buffer, length);
        length = needed;
      };
      const onEnd = (): void => {
        if (!Number.isNaN(announced) && length !== announced) return giveUp('not-http');
        stop();
        resolve({ bytes: buffer.subarray(0, length), [Symbol.dispose]: giveBack });
      };
      const listeners = [
        ['data', onData],
        ['end', onEnd],
        ['error', () => giveUp('not-http')],
        ['close', () => giveUp('not-http')],
      ] as const;
      if (announced > maxBytes) return giveUp('too-large');
      for (const [event, listener] of listeners) payload.on(event, listener);
    });
}
