import { concatBytes } from '@noble/hashes/utils.js';
import { tooLarge } from './exchange.ts';
import { MAX_ANSWER_BYTES, type Post } from './transport.ts';

/** {@link Post} by the platform's `fetch`, which says nothing about where the request comes from. */
export const fetchPost: Post = async (url, body, signal, headers) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers },
    body: body as Uint8Array<ArrayBuffer>,
    signal,
    redirect: 'error',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  });
  return { status: response.status, headers: response.headers, body: await readAtMost(response) };
};

/** React Native has no streams: there the size is known only if it was declared, or in the end. */
async function readAtMost(response: Response): Promise<Uint8Array> {
  const { status, headers } = response;
  if (Number(headers.get('content-length') ?? 0) > MAX_ANSWER_BYTES) throw tooLarge(status);
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const value = part.value as Uint8Array;
    bytes += value.length;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel().catch(() => {});
      throw tooLarge(status);
    }
    parts.push(value);
  }
  return concatBytes(...parts);
}
