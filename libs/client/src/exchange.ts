import { headerView } from './header-view.ts';
import { InputError } from './input-error.ts';
import { RelayError } from './relay-error.ts';
import { MAX_ANSWER_BYTES, type Post, type RelayResponse } from './transport.ts';

export interface ExchangeOptions {
  readonly post: Post;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  /** For messages: that nobody is there, and, with the time behind it, that no answer came. */
  readonly absent: string;
  readonly silent: string;
  /** What it means when nobody is there. Default `unreachable`. */
  readonly whenAbsent?: 'unreachable' | 'path-failed';
}

/** POSTs once and has an answer or a {@link RelayError} within the time, also when `post` ignores its signal. */
export async function exchange(options: ExchangeOptions): Promise<RelayResponse> {
  const { post, url, headers, body, timeoutMs, absent, silent, whenAbsent = 'unreachable' } = options;
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new RelayError('timed-out', `${silent} within ${timeoutMs} ms`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    const answer = await Promise.race([post(url, body, controller.signal, headers), tooLate]);
    if (answer.body.length > MAX_ANSWER_BYTES) throw tooLarge(answer.status);
    return { status: answer.status, headers: headerView(answer.headers), body: answer.body };
  } catch (cause) {
    if (cause instanceof RelayError) throw cause;
    throw new RelayError(whenAbsent, absent, { cause });
  } finally {
    clearTimeout(timer);
  }
}

export function tooLarge(status: number): RelayError {
  return new RelayError('unreadable', `the answer is larger than ${MAX_ANSWER_BYTES} bytes`, { status });
}

/** Longer delays do not fit a timer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export function checkTimeout(timeoutMs: number): void {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= LONGEST_TIMEOUT_MS) return;
  throw new InputError('timeoutMs', `must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}`);
}
