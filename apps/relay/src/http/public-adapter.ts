import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Metrics } from '@push/ops';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_ONION_BYTES } from '../exchange/limits.ts';
import { createBodyReader } from './body-reader.ts';
import { boundConnections } from './connections.ts';
import { failureAnswer } from '../failure/failure-answer.ts';
import { requestFailureOf } from '../failure/request-failure.ts';

/** How long a sender may take, in milliseconds. */
export interface SenderLimits {
  /** For the headers of a request. */
  readonly headersMs: number;
  /** For a whole request, from its first byte to its last. */
  readonly requestMs: number;
  /** For a connection on which nothing moves, also while the answer is being made. */
  readonly silenceMs: number;
  /** Between requests; storage nodes bring many over one connection. */
  readonly keepAliveMs: number;
}

const SENDER_LIMITS: SenderLimits = { headersMs: 5_000, requestMs: 15_000, silenceMs: 30_000, keepAliveMs: 60_000 };
/** Of bodies that are being read, all together. */
const MAX_BODIES_BYTES = 64_000_000;

/**
 * The side that faces the network: nothing a sender does keeps a connection or memory for long. It hands on bodies as the
 * bytes that came, up to the limit, and knows nothing about who sent them: no request is logged, no forwarding header read.
 */
export function createPublicAdapter(metrics: Metrics, limits: SenderLimits = SENDER_LIMITS): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: false,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: 1_000 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const code = requestFailureOf(error);
      metrics.count('push_relay_unusable_requests_total', { reason: code });
      const { status, headers, body } = failureAnswer(code);
      void reply.status(status).headers(headers).send(body);
    },
    clientErrorHandler: (error, socket) => {
      // What came before is being carried out: it must not be told that it failed.
      if (connections.owesAnswer(socket)) socket.destroy();
      else answerUnreadable(error, socket, metrics);
    },
  });
  const fastify = adapter.getInstance();
  const connections = boundConnections(fastify, fastify.server);
  // Every body is read as JSON. Fastify would refuse a Content-Type that it cannot parse.
  fastify.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  // Once the server closes, a connection ends with the answer it is waiting for, or it would be kept for the next request.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (!fastify.server.listening) reply.header('connection', 'close');
    done();
  });
  fastify.removeAllContentTypeParsers();
  const readBody = createBodyReader({ maxBytes: MAX_ONION_BYTES, maxTotalBytes: MAX_BODIES_BYTES });
  fastify.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, announcedLength(payload)),
  );
  return adapter;
}

/** NaN when the body comes in chunks. */
function announcedLength({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? Number.NaN);
}

/** For bytes that are not HTTP, or that come too slowly to become a request. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, metrics: Metrics): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const code = isLate ? 'too-slow' : 'not-http';
  metrics.count('push_relay_unusable_requests_total', { reason: code });
  const { status, body } = failureAnswer(code);
  const head = [
    `HTTP/1.1 ${status} ${status === 408 ? 'Request Timeout' : 'Bad Request'}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
