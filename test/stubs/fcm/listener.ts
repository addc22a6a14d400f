import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type Http2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from '../certificate/authority.ts';
import type { BehaviourBook } from '../push/behaviour-book.ts';
import type { PushLog } from '../push/push-log.ts';
import { googleError } from './google-error.ts';
import { checkMessage } from './message-check.ts';
import { type FcmBehaviour, type Reaction, reactionTo, TOKEN_ENDPOINT } from './reaction.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly server: Certificate;
  readonly projectId: string;
  /** Known only once the port is, since grants name the address of the endpoint. */
  readonly tokenEndpoint: () => TokenEndpoint;
  readonly log: PushLog;
  readonly book: BehaviourBook<FcmBehaviour>;
}

export interface Listener extends AsyncDisposable {
  readonly port: number;
  readonly counts: { readonly requests: number; readonly connections: number; readonly open: number };
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_BODY_BYTES = 16_384;

/** HTTP/2 and HTTP/1.1 on one port, as Google offers them. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const sessions = new Set<Http2Session>();
  const sockets = new Set<Socket>();
  const counts = {
    requests: 0,
    connections: 0,
    get open() {
      return sockets.size;
    },
  };
  const { key, certificate: cert } = options.server;
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
    if (request.url !== TOKEN_ENDPOINT) counts.requests += 1;
    response.on('error', () => {});
    answer(request, response, options).catch(() => request.socket.destroy());
  });
  server.on('secureConnection', (socket: Socket) => {
    counts.connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.once('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  { projectId, tokenEndpoint, log, book }: ListenerOptions,
): Promise<void> {
  const body = await read(request);
  const nowMs = Date.now();
  const react = (reaction: Reaction): void => perform(response, reaction);
  const refuse = (
    status: number,
    code: string,
    more: { fcmError?: string; badFields?: readonly string[] } = {},
  ): void => react({ kind: 'refuse', status, code, ...more });

  if (request.method === 'POST' && request.url === TOKEN_ENDPOINT) {
    const ordered = book.take(TOKEN_ENDPOINT);
    if (ordered !== null) return react(reactionTo('', ordered));
    const { status, body: granted } = tokenEndpoint().answer(body.toString(), nowMs);
    return reply(response, status, granted);
  }
  const project = /^\/v1\/projects\/([^/]+)\/messages:send$/.exec(request.url)?.[1];
  if (request.method !== 'POST' || project === undefined) return refuse(404, 'NOT_FOUND');
  if (!tokenEndpoint().accepts(request.headers.authorization, nowMs)) return refuse(401, 'UNAUTHENTICATED');
  if (project !== projectId) return refuse(404, 'NOT_FOUND');
  const checked = checkMessage(body);
  if (checked.kind === 'bad-token') return refuse(400, 'INVALID_ARGUMENT', { fcmError: 'INVALID_ARGUMENT' });
  if (checked.kind === 'bad-fields') return refuse(400, 'INVALID_ARGUMENT', { badFields: checked.fields });
  const { token, isDryRun } = checked;
  const reaction = reactionTo(token, book.take(token));
  if (reaction.kind !== 'accept') return react(reaction);
  if (!isDryRun) log.record({ token, receivedAtMs: nowMs, headers: headersOf(request), payload: body });
  return reply(response, 200, { name: `projects/${projectId}/messages/0:${nowMs}%${isDryRun ? 'fake' : 'stub'}` });
}

function perform(response: Http2ServerResponse, reaction: Reaction): void {
  switch (reaction.kind) {
    case 'accept':
      return reply(response, 200, {});
    case 'refuse': {
      const { retryAfter } = reaction;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return reply(response, reaction.status, googleError(reaction), headers);
    }
    case 'page':
      response.writeHead(reaction.status, { 'content-type': 'text/html' });
      response.end(reaction.body);
      return;
    case 'hang':
      return;
    case 'disconnect':
      response.socket.destroy();
      return;
  }
}

function reply(response: Http2ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
  response.end(JSON.stringify(body));
}

const headersOf = (request: Http2ServerRequest): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (name.startsWith(':') ? [] : [[name, String(value)]])),
  );

async function read(request: Http2ServerRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
