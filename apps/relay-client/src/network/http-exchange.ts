import type { PostAnswer } from '@push/client';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ExchangeOptions {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  /** Whether an https server must have a certificate that this machine trusts. Default true. */
  readonly verifies?: boolean;
}

/** The answer was larger than allowed; the connection was closed when that showed. */
export class AnswerTooLarge extends Error {
  readonly code = 'ANSWER_TOO_LARGE';
}

/**
 * One HTTP request over a connection of its own. Follows no redirects. Rejects with {@link AnswerTooLarge}, with Node's error
 * for a failed connection, or with an `AbortError`.
 */
export function httpExchange(url: string, options: ExchangeOptions): Promise<PostAnswer> {
  const { method, headers = {}, body, signal, maxBytes, verifies = true } = options;
  const isTls = url.startsWith('https:');
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  const common = { method, headers: { ...headers, ...length }, agent: false, signal } as const;
  return new Promise((resolve, reject) => {
    const request = isTls ? httpsRequest(url, { ...common, rejectUnauthorized: verifies }) : httpRequest(url, common);
    request.on('error', reject);
    // A server that switches to another protocol has answered nothing, and Node says no more of it.
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('the server switched protocols'));
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) request.destroy(new AnswerTooLarge(`the answer is larger than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}
