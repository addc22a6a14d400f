import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { DirectoryFailure } from '@push/watch';

export interface PostLimits {
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface PostOptions extends PostLimits {
  /** Certificate authorities to trust instead of the usual ones, in PEM. */
  readonly ca: Buffer | null;
  readonly signal: AbortSignal;
}

export type PostResult =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly reason: Extract<DirectoryFailure, 'unreachable' | 'timed-out' | 'too-large' | 'http-status'>;
    };

/** POSTs JSON and reads the whole answer, within limits. Never rejects. Redirects are not followed. */
export function postJson(
  url: URL,
  body: string,
  { timeoutMs, maxBytes, ca, signal }: PostOptions,
): Promise<PostResult> {
  const isTls = url.protocol === 'https:';
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    agent: false,
    signal,
    ...(isTls && ca !== null ? { ca } : {}),
  };
  return new Promise((resolve) => {
    const request = (isTls ? httpsRequest : httpRequest)(url, options);
    const finish = (result: PostResult): void => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    const timer = setTimeout(() => finish({ ok: false, reason: 'timed-out' }), timeoutMs);
    request.on('error', () => finish({ ok: false, reason: 'unreachable' }));
    request.on('response', (response) => {
      if (response.statusCode !== 200) return finish({ ok: false, reason: 'http-status' });
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) finish({ ok: false, reason: 'too-large' });
        else chunks.push(chunk);
      });
      response.on('error', () => finish({ ok: false, reason: 'unreachable' }));
      response.on('end', () => finish({ ok: true, text: Buffer.concat(chunks).toString('utf8') }));
    });
    request.end(body);
  });
}
