import { request } from 'node:https';

export interface FormAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface FormOptions {
  /** PEM of the authority to trust instead of the system's. */
  readonly ca: string | null;
  readonly timeLimitMs: number;
}

const MAX_ANSWER_BYTES = 65_536;

/** POSTs a form over a connection of its own. `null` when there was no whole answer in time; never rejects. */
export function postForm(url: string, form: string, { ca, timeLimitMs }: FormOptions): Promise<FormAnswer | null> {
  const options = {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) },
    signal: AbortSignal.timeout(timeLimitMs),
    ...(ca === null ? {} : { ca }),
  };
  return new Promise((resolve) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) response.destroy();
        else chunks.push(chunk);
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, retryAfter: headers['retry-after'], body: Buffer.concat(chunks).toString() });
      });
      response.on('error', () => resolve(null));
      response.on('close', () => resolve(null));
    });
    sent.on('error', () => resolve(null));
    sent.end(form);
  });
}
