import type { ItemOutcome } from './outcome.ts';

/**
 * Why a whole request failed.
 * - `unreachable`: no connection, or a proxy in front of the relay says that it has none (`status`)
 * - `timed-out`: no answer in time; the request may have been carried out
 * - `overloaded`: the relay asks to come back later (503, or 429 from a proxy), see `retryAfterS` and `items`
 * - `rejected`: 4xx, the request is wrong as a whole; see `status` and `number`
 * - `path-failed`: the nodes of the onion path did not bring an answer; `status` is what the first node said, `null` when it
 *   is not there or the path cannot be used. Take another path. Status 400 usually means that the relay could not open the
 *   request, because the onion key is not the relay's or outdated: if another path brings it again, so will every path
 * - `unreadable`: something answered, but not as a relay does
 */
export type RelayErrorCode = 'unreachable' | 'timed-out' | 'overloaded' | 'rejected' | 'path-failed' | 'unreadable';

export interface RelayErrorDetails {
  readonly status?: number | null;
  readonly number?: number | null;
  readonly retryAfterS?: number | null;
  readonly items?: readonly (ItemOutcome | null)[];
  readonly cause?: unknown;
}

/** A request that failed as a whole. Neither the message nor any field holds a token, a key or an account. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: RelayErrorCode;
  /** HTTP status, `null` when there was no answer. */
  readonly status: number | null;
  /** The relay's public error number, where it gave one. */
  readonly number: number | null;
  /** Seconds, at most a day; `null` when the relay did not say. */
  readonly retryAfterS: number | null;
  /**
   * What is known of each item, in the order of the request: lists go out in parts, and a relay that is overloaded lists
   * what it did carry out. `null` for an item of which nothing is known.
   */
  readonly items: readonly (ItemOutcome | null)[];

  constructor(code: RelayErrorCode, message: string, details: RelayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.number = details.number ?? null;
    this.retryAfterS = details.retryAfterS ?? null;
    this.items = details.items ?? [];
  }

  withItems(items: readonly (ItemOutcome | null)[]): RelayError {
    const { status, number, retryAfterS, cause } = this;
    return new RelayError(this.code, this.message, { status, number, retryAfterS, cause, items });
  }
}
