import { json, startHttpServer } from '../../stubs/wire/http-server.ts';
import { serve } from '../../stubs/wire/process.ts';

/** A part of the benchmark that runs as a process of its own. */
export interface Part extends AsyncDisposable {
  /** What it does when told to, by name; takes and answers JSON objects. */
  readonly orders?: { readonly [name: string]: (order: never) => Promise<object | void> };
  /** How far it is: shown at `GET /metrics` as an app shows its own. */
  readonly counts?: () => { readonly [name: string]: number };
  /** Told in the ready line, beside the address. */
  readonly ready?: object;
}

/** Serves orders (`POST /<name>`) on a loopback port until SIGTERM; an order that fails answers 500 and the reason. */
export async function serveOrders(start: () => Promise<Part>): Promise<void> {
  await serve(
    async () => {
      await using starting = new AsyncDisposableStack();
      const part = starting.use(await start());
      const http = starting.use(
        await startHttpServer({
          host: '127.0.0.1',
          port: 0,
          maxBodyBytes: 1_000_000,
          handle: ({ method, path, body }) =>
            method === 'GET' ? { status: 200, body: render(part.counts?.() ?? {}) } : carryOut(part, path, body),
        }),
      );
      const running = starting.move();
      const adminUrl = `http://127.0.0.1:${http.port}`;
      return { adminUrl, ready: part.ready, [Symbol.asyncDispose]: () => running.disposeAsync() };
    },
    ({ adminUrl, ready }) => ({ adminUrl, ...ready }),
  );
}

async function carryOut(part: Part, path: string, body: Buffer): Promise<{ status: number; body: string }> {
  try {
    const order = part.orders?.[path.slice(1)];
    if (order === undefined) throw new Error('no such order');
    return json(200, (await order(JSON.parse(body.toString()) as never)) ?? {});
  } catch (error) {
    return json(500, { error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' });
  }
}

const render = (counts: { readonly [name: string]: number }): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}\n`)
    .join('');
