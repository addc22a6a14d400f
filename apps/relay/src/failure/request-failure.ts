import { HttpException } from '@nestjs/common';
import { FAILURES, type RequestFailureCode } from './failures.ts';

/** What an error of Nest, of Fastify, of the body reader or of the connection means for whoever sent the request. */
export function requestFailureOf(error: unknown): RequestFailureCode {
  const { failure } = error as { readonly failure?: unknown };
  const told = KNOWN.find((known) => known === failure);
  if (told !== undefined) return told;
  const status = statusOf(error);
  const code = KNOWN.find((known) => FAILURES[known].status === status);
  return code ?? (status >= 400 && status < 500 ? 'not-http' : 'internal');
}

const KNOWN = ['not-found', 'too-large', 'too-slow', 'overloaded', 'not-http'] as const;

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}
