import { MAX_ANSWER_BYTES, type Post, type PostAnswer, RelayError } from '@push/client';
import { AnswerTooLarge, type ExchangeOptions, httpExchange } from './http-exchange.ts';

/** The client's way of sending, over Node's own HTTP. */
export const postToRelay: Post = (url, body, signal, headers) => post(url, { body, signal, headers, verifies: true });

/**
 * The same to the first node of an onion path, whatever its certificate. Storage nodes sign theirs themselves, so no
 * authority could vouch for it; and nothing depends on it: what is sent is sealed to the node's X25519 key, which oxend told,
 * and the answer to a key that only the relay and this program have.
 */
export const postToGuard: Post = (url, body, signal, headers) => post(url, { body, signal, headers, verifies: false });

async function post(url: string, options: Omit<ExchangeOptions, 'method' | 'maxBytes'>): Promise<PostAnswer> {
  try {
    return await httpExchange(url, { ...options, method: 'POST', maxBytes: MAX_ANSWER_BYTES });
  } catch (error) {
    if (!(error instanceof AnswerTooLarge)) throw error;
    throw new RelayError('unreadable', error.message);
  }
}
