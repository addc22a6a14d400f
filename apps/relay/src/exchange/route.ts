/** A request in HTTP's terms, whichever way it came. */
export interface Inbound {
  readonly method: string;
  /** With its query, if there is one. */
  readonly url: string;
  /** The bytes that were sent; empty where there were none. */
  readonly body: Uint8Array;
}

export interface Outbound {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** How many outcomes the body tells of, when it is a list of them; see the padding of onion requests. */
  readonly outcomes?: number;
}

/** What one path does. It takes one method. Never rejects. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** More is refused with 413. */
  readonly maxBodyBytes: number;
  handle(body: Uint8Array): Promise<Outbound>;
}

/** By path, without query. */
export type Routes = Readonly<Record<string, Route>>;

/** How many seconds a client should wait before it tries again what failed by our fault. */
const RETRY_AFTER_S = 30;

/** Says when to try again wherever `status` is 503. */
export function jsonAnswer(status: number, value: unknown): Outbound & { readonly body: string } {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  const headers = status === 503 ? { ...type, 'retry-after': String(RETRY_AFTER_S) } : type;
  return { status, headers, body: JSON.stringify(value) };
}
