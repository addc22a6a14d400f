/**
 * Everything that can keep a request, or one item of it, from being carried out. `number` is the public error code,
 * `status` that of the answer as a whole, and the name is the value of the metrics' label.
 *
 * An item that failed by the client's fault leaves the answer a 200, since the other items were carried out. Android takes
 * any 2xx for "registered" without looking at the items, so what failed by our fault must not be one.
 */
export const FAILURES = {
  'bad-input': { number: 1, status: 200 },
  'unknown-service': { number: 2, status: 200 },
  unavailable: { number: 3, status: 503 },
  refused: { number: 4, status: 200 },
  superseded: { number: 4, status: 200 },
  exhausted: { number: 4, status: 200 },
  internal: { number: 5, status: 503 },
  'not-json': { number: 1, status: 400 },
  'too-many-items': { number: 1, status: 400 },
  'not-http': { number: 1, status: 400 },
  'not-found': { number: 1, status: 404 },
  'wrong-method': { number: 1, status: 405 },
  'too-slow': { number: 1, status: 408 },
  'too-large': { number: 1, status: 413 },
  'not-opened': { number: 1, status: 400 },
  'not-inside': { number: 1, status: 400 },
  overloaded: { number: 3, status: 503 },
} as const satisfies { readonly [code: string]: { readonly number: 1 | 2 | 3 | 4 | 5; readonly status: number } };

export type FailureCode = keyof typeof FAILURES;

/** What one item can come to, besides success. */
export type ItemFailureCode =
  | 'bad-input'
  | 'unknown-service'
  | 'unavailable'
  | 'refused'
  | 'superseded'
  | 'exhausted'
  | 'internal';

/** What a whole request can come to before its items are looked at. */
export type RequestFailureCode = Exclude<FailureCode, Exclude<ItemFailureCode, 'internal'>>;

export interface Failure<C extends FailureCode = FailureCode> {
  readonly code: C;
  /** For the client's developer: says what is wrong, never repeats a value. */
  readonly message: string;
}

export type ItemFailure = Failure<ItemFailureCode>;
