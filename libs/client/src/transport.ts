/** Brings a request to the relay and its answer back. */
export interface Transport {
  /** Rejects with `RelayError` (`unreachable`, `timed-out`, `path-failed` or `unreadable`) when no answer came. */
  send(request: RelayRequest): Promise<RelayResponse>;
}

export interface RelayRequest {
  readonly method: 'POST';
  readonly endpoint: `/${string}`;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface RelayResponse {
  /** The relay's own HTTP status, also when the answer travelled inside something else. */
  readonly status: number;
  readonly headers: HeaderView;
  readonly body: Uint8Array;
}

/** Header fields by their names, in either case. */
export interface HeaderView {
  get(name: string): string | null | undefined;
}

/**
 * One HTTP POST. Does not follow redirects, gives up when `signal` aborts, and reads no more than {@link MAX_ANSWER_BYTES} of
 * the answer. Rejects when there was no answer, with whatever error.
 */
export type Post = (
  url: string,
  body: Uint8Array,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>>,
) => Promise<PostAnswer>;

export interface PostAnswer {
  readonly status: number;
  readonly headers: HeaderView | Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** The answer to a hundred items is about 10,000 bytes. */
export const MAX_ANSWER_BYTES = 1_000_000;
