import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeJson } from './service-nodes.ts';

export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: Buffer;
  /** `address:port` of the other side of the connection. */
  readonly peer: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Default application/json. */
  readonly contentType?: string;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly maxBodyBytes: number;
  handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

export const json = (status: number, value: unknown): { readonly status: number; readonly body: string } => ({
  status,
  body: writeJson(value),
});

/** The JSON object in a body, or null when it is none. */
export function objectIn(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** A small HTTP/1.1 server; whatever a request does, the next one is served. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    respond(request, options)
      .then(({ status, body, contentType = 'application/json' }) =>
        response.writeHead(status, { 'content-type': contentType }).end(body),
      )
      .catch(() => response.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function respond(request: IncomingMessage, options: HttpServerOptions): Promise<HttpAnswer> {
  const { remoteAddress, remotePort } = request.socket;
  const peer = `${remoteAddress}:${remotePort}`;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to its end all the same: a client that is still sending would see a broken connection instead of the answer.
    if (size <= options.maxBodyBytes) chunks.push(chunk);
  }
  if (size > options.maxBodyBytes) return json(413, { error: 'body too large' });
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  try {
    return await options.handle({ method: request.method ?? 'GET', path, body: Buffer.concat(chunks), peer });
  } catch {
    return json(500, { error: 'the stub failed' });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
