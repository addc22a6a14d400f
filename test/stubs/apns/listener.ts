import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '../certificate/authority.ts';
import type { BehaviourBook } from '../push/behaviour-book.ts';
import type { PushLog } from '../push/push-log.ts';
import { type ProviderTokenRules, refusalOfProviderToken } from './provider-token.ts';
import { objectionTo, type PushRequest, tokenOf } from './push-check.ts';
import { type ApnsBehaviour, type Reaction, reactionTo } from './reaction.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly server: Certificate;
  /** Signs the client certificates that are believed. */
  readonly clientCa: string;
  readonly rules: ProviderTokenRules;
  readonly topic: string;
  readonly maxConcurrentStreams: number;
  readonly log: PushLog;
  readonly book: BehaviourBook<ApnsBehaviour>;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  readonly counts: { readonly requests: number; readonly connections: number; readonly open: number };
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_BODY_BYTES = 16_384;

export async function startListener(options: ListenerOptions): Promise<Listener> {
  const sessions = new Set<Http2Session>();
  const trusted = new WeakSet<Http2Session>();
  const frozen = new WeakSet<Http2Session>();
  const counts = {
    requests: 0,
    connections: 0,
    get open() {
      return sessions.size;
    },
  };
  const server = createSecureServer({
    key: options.server.key,
    cert: options.server.certificate,
    ca: options.clientCa,
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams: 1 },
  });
  // Whoever has shown a credential may open as many streams as configured; before that, one.
  const trust = (session: Http2Session): void => {
    if (trusted.has(session)) return;
    trusted.add(session);
    session.settings({ maxConcurrentStreams: options.maxConcurrentStreams });
  };
  server.on('session', (session) => {
    counts.connections += 1;
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
    if (hasCertificate(session)) trust(session);
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.on('stream', (stream, headers) => {
    counts.requests += 1;
    stream.on('error', () => stream.destroy());
    if (stream.session !== undefined && frozen.has(stream.session)) return;
    answer(stream, headers, options, { trust, freeze: (session) => frozen.add(session) }).catch(() => stream.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

async function answer(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { rules, topic, log, book }: ListenerOptions,
  { trust, freeze }: { trust: (session: Http2Session) => void; freeze: (session: Http2Session) => void },
): Promise<void> {
  const { session } = stream;
  if (session === undefined) return;
  const request = await read(stream, headers);
  const apnsId = request.headers['apns-id'] ?? randomUUID();
  const react = (reaction: Reaction): void => perform(stream, session, reaction, apnsId);
  const refuse = (status: number, reason: string): void => react({ kind: 'refuse', status, reason });

  const token = tokenOf(request);
  if (typeof token !== 'string') return refuse(token.status, token.reason);
  const nowMs = Date.now();
  if (!hasCertificate(session)) {
    const refusal = refusalOfProviderToken(request.headers['authorization'], rules, nowMs / 1000);
    if (refusal !== null) return refuse(403, refusal);
  }
  trust(session);
  const objection = objectionTo(request, topic);
  if (objection !== null) return refuse(objection.status, objection.reason);
  const reaction = reactionTo(token, book.take(token));
  if (reaction.kind === 'freeze') freeze(session);
  if (reaction.kind === 'accept') {
    log.record({ token, receivedAtMs: nowMs, headers: request.headers, payload: request.payload });
  }
  return react(reaction);
}

function perform(stream: ServerHttp2Stream, session: Http2Session, reaction: Reaction, apnsId: string): void {
  if (stream.destroyed) return;
  switch (reaction.kind) {
    case 'accept':
      stream.respond({ ':status': 200, 'apns-id': apnsId });
      stream.end();
      return;
    case 'refuse': {
      const { status, reason, retryAfter, timestampMs = status === 410 ? Date.now() : undefined } = reaction;
      stream.respond({
        ':status': status,
        'apns-id': apnsId,
        'content-type': 'application/json; charset=utf-8',
        ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      });
      stream.end(JSON.stringify({ reason, timestamp: timestampMs }));
      return;
    }
    case 'page':
      stream.respond({ ':status': reaction.status, 'content-type': 'text/html' });
      stream.end(reaction.body);
      return;
    case 'hang':
    case 'freeze':
      return;
    case 'reset':
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      return;
    case 'disconnect':
      session.destroy();
      return;
  }
}

const hasCertificate = (session: Http2Session): boolean => (session.socket as TLSSocket).authorized;

async function read(stream: ServerHttp2Stream, given: IncomingHttpHeaders): Promise<PushRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (name.startsWith(':') ? [] : [[name, String(value)]])),
  );
  return { method: given[':method'] ?? '', path: given[':path'] ?? '', headers, payload: Buffer.concat(chunks) };
}
