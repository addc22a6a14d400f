import type { Readable } from 'node:stream';

export interface BodyReaderLimits {
  /** Of one body. */
  readonly maxBytes: number;
  /** Of all bodies that are being read, but for the first {@link FREE_BYTES} of each. */
  readonly maxTotalBytes: number;
}

/** A body that was not read to its end. `statusCode` is the HTTP status of the answer. */
export class UnreadBody extends Error {
  override readonly name = 'UnreadBody';
  readonly statusCode: 400 | 413 | 503;

  constructor(statusCode: UnreadBody['statusCode']) {
    super('the body was not read');
    this.statusCode = statusCode;
  }
}

/** Rejects with {@link UnreadBody} and reads no further. `announced`: the content-length, NaN when there is none. */
export type ReadBody = (payload: Readable, announced: number) => Promise<Buffer>;

/** So much of a body is always taken, so that those who send huge ones slowly keep no ordinary request out. */
export const FREE_BYTES = 8_192;
const FIRST_BYTES = 2_048;

/**
 * Reads bodies into buffers of our own that grow with them: a body costs twice its bytes at most, also when it comes in pieces
 * of one byte, each of which would be an object, and nothing is set aside for what was only announced.
 */
export function createBodyReader({ maxBytes, maxTotalBytes }: BodyReaderLimits): ReadBody {
  let total = 0;
  return (payload, announced) =>
    new Promise((resolve, reject) => {
      let buffer: Buffer = Buffer.allocUnsafe(0);
      let length = 0;
      const take = (capacity: number): boolean => {
        const more = Math.max(0, capacity - FREE_BYTES) - Math.max(0, buffer.length - FREE_BYTES);
        if (more > 0 && total + more > maxTotalBytes) return false;
        total += more;
        const larger = Buffer.allocUnsafe(capacity);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
        return true;
      };
      const settle = (act: () => void): void => {
        for (const [event, listener] of listeners) payload.removeListener(event, listener);
        // Whatever comes behind a body that was given up is let through to nobody until the connection ends.
        payload.on('error', () => {}).resume();
        total -= Math.max(0, buffer.length - FREE_BYTES);
        act();
      };
      const giveUp = (statusCode: UnreadBody['statusCode']): void => settle(() => reject(new UnreadBody(statusCode)));
      const onData = (chunk: Buffer): void => {
        const needed = length + chunk.length;
        if (needed > maxBytes) return giveUp(413);
        const capacity = Math.min(maxBytes, Math.max(needed, 2 * buffer.length, FIRST_BYTES));
        if (needed > buffer.length && !take(capacity)) return giveUp(503);
        chunk.copy(buffer, length);
        length = needed;
      };
      const onEnd = (): void => {
        if (!Number.isNaN(announced) && length !== announced) return giveUp(400);
        settle(() => resolve(buffer.subarray(0, length)));
      };
      const listeners = [
        ['data', onData],
        ['end', onEnd],
        ['error', () => giveUp(400)],
        ['close', () => giveUp(400)],
      ] as const;
      if (announced > maxBytes) return giveUp(413);
      for (const [event, listener] of listeners) payload.on(event, listener);
    });
}
