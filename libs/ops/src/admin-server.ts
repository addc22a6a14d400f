import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readiness } from './health.ts';
import type { Metrics } from './metrics/metrics.ts';

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

export interface AdminServer extends AsyncDisposable {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `/healthz`: the event loop runs. `/readyz`: 200, or 503 with what is missing. `/metrics`: Prometheus text. */
export async function startAdminServer({ host, port, readiness, metrics }: AdminServerOptions): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const path = request.url?.split('?')[0];
    if (path === '/healthz') reply(200, 'application/json', '{"alive":true}\n');
    else if (path === '/readyz') {
      const body = JSON.stringify({ ready: readiness.isReady, missing: readiness.missing });
      reply(readiness.isReady ? 200 : 503, 'application/json', `${body}\n`);
    } else if (path === '/metrics') {
      metrics.render().then(
        (text) => reply(200, 'text/plain; version=0.0.4; charset=utf-8', text),
        () => reply(500, 'text/plain', 'metrics could not be rendered\n'),
      );
    } else reply(404, 'text/plain', 'not found\n');
  });
  server.requestTimeout = 5_000;
  server.maxConnections = 64;
  await listen(server, host, port);
  // A connection that could not be accepted, mostly for want of file descriptors, is no reason to end the process.
  server.on('error', () => metrics.count('push_faults_total', {}));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
