import { checkTimeout, exchange } from './exchange.ts';
import { fetchPost } from './fetch-post.ts';
import { originUrl, relayOrigin } from './relay-url.ts';
import type { Post, Transport } from './transport.ts';

export interface DirectTransportOptions {
  /** `https://host` or `https://host:port`. */
  readonly relayUrl: string;
  /** Default: `fetch`. */
  readonly post?: Post;
  /** For each request. Default 15,000. */
  readonly timeoutMs?: number;
}

const WORDS = { absent: 'the relay could not be reached', silent: 'the relay did not answer' } as const;

/** Straight to the relay, which then sees the device's address. Throws `InputError` for unusable options. */
export function directTransport({ relayUrl, post = fetchPost, timeoutMs = 15_000 }: DirectTransportOptions): Transport {
  const origin = originUrl(relayOrigin(relayUrl));
  checkTimeout(timeoutMs);
  return {
    send: ({ endpoint, headers, body }) =>
      exchange({ post, url: origin + endpoint, headers, body, timeoutMs, ...WORDS }),
  };
}
