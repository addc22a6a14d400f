import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export interface RpcServer extends AsyncDisposable {
  readonly url: URL;
  /** Parsed bodies of the calls so far. */
  readonly calls: readonly { readonly method: string; readonly params: Record<string, unknown> }[];
}

export type Reply = (response: ServerResponse) => void;

/** A JSON-RPC endpoint that answers each call with what `reply` writes. */
export async function startRpcServer(reply: Reply, tls?: { key: string; cert: string }): Promise<RpcServer> {
  const calls: { method: string; params: Record<string, unknown> }[] = [];
  const listener: RequestListener = (request, response) => {
    response.on('error', () => {});
    void readBody(request).then((body) => {
      calls.push(JSON.parse(body) as { method: string; params: Record<string, unknown> });
      return reply(response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/json_rpc`),
    calls,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
