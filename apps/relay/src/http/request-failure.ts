import { HttpException } from '@nestjs/common';
import { UnreadBody } from './body-reader.ts';
import { FAILURES, type RequestFailureCode } from '../registration/failure.ts';

/** What an error of Nest, of Fastify or of the connection means for whoever sent the request. */
export function requestFailureOf(error: unknown): RequestFailureCode {
  const status = statusOf(error);
  if (error instanceof UnreadBody && status === FAILURES.overloaded.status) return 'overloaded';
  const code = KNOWN.find((known) => FAILURES[known].status === status);
  return code ?? (status >= 400 && status < 500 ? 'not-http' : 'internal');
}

const KNOWN = ['not-found', 'too-large', 'too-slow'] as const;

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
