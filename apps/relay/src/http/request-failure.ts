import { HttpException } from '@nestjs/common';
import { type Failure, FAILURES, type RequestFailureCode } from '../registration/failure.ts';

export type RequestFailure = Failure<RequestFailureCode>;

/** The paths there are. All take POST and nothing else. */
const PATHS: ReadonlySet<string> = new Set(['/subscribe', '/unsubscribe']);

/** What an error of Nest, of Fastify or of the connection means for whoever sent the request to `url`. */
export function requestFailureOf(error: unknown, url: string): RequestFailure {
  const status = statusOf(error);
  if (status === FAILURES['not-found'].status) {
    return PATHS.has(url.split('?', 1)[0] ?? '')
      ? { code: 'wrong-method', message: 'this path takes POST only' }
      : { code: 'not-found', message: 'there is nothing at this path' };
  }
  if (status === FAILURES['too-large'].status) {
    return { code: 'too-large', message: 'the body must not be larger than 100000 bytes' };
  }
  if (status === FAILURES['too-slow'].status) {
    return { code: 'too-slow', message: 'the request took too long to arrive' };
  }
  return status >= 400 && status < 500
    ? { code: 'not-http', message: 'the request is malformed' }
    : { code: 'internal', message: 'something went wrong here; the request may be sent again' };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
