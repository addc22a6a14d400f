import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRelayClient, directTransport, type Post, RelayError, type RelayResponse } from '../src/index.ts';
import { crowd, phone } from './phones.ts';

let server: Server | undefined;
afterEach(async () => {
  if (server === undefined) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  server = undefined;
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

async function serve(listener: Listener): Promise<string> {
  server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const ask = (relayUrl: string, options: { readonly post?: Post; readonly timeoutMs?: number } = {}) =>
  directTransport({ relayUrl, ...options }).send({
    method: 'POST',
    endpoint: '/subscribe',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode('[]'),
  });

const failureOf = (promise: Promise<RelayResponse>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('over fetch', () => {
  test('a request reaches the relay, and its answer comes back with status and headers', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      const { method, url: path, headers } = request;
      seen.push({ method, url: path, type: headers['content-type'], body: await bodyOf(request) });
      response.writeHead(503, { 'Retry-After': '30' }).end('[]');
    });
    const answer = await ask(`${url}/`);
    expect(seen).toEqual([{ method: 'POST', url: '/subscribe', type: 'application/json', body: '[]' }]);
    expect([answer.status, answer.headers.get('retry-after'), Buffer.from(answer.body).toString()]).toEqual([
      503,
      '30',
      '[]',
    ]);
  });

  test('a client registers a crowd', async () => {
    const url = await serve(async (request, response) => {
      const items = JSON.parse(await bodyOf(request)) as unknown[];
      response.end(JSON.stringify(items.map(() => ({ success: true, updated: true }))));
    });
    const client = createRelayClient({ transport: directTransport({ relayUrl: url }) });
    const outcomes = await client.subscribe(
      crowd(130).map((signer) => ({ signer, namespaces: [0] })),
      phone,
    );
    expect(outcomes).toEqual(crowd(130).map(() => ({ kind: 'registered', isNew: false })));
  });

  test('a relay that is not there is unreachable', async () => {
    const url = await serve(() => {});
    server?.close();
    expect(await failureOf(ask(url))).toMatchObject({ code: 'unreachable', status: null });
  });

  test('a connection that breaks off is unreachable', async () => {
    const url = await serve((request) => void request.socket.destroy());
    expect(await failureOf(ask(url))).toMatchObject({ code: 'unreachable' });
  });

  test('a redirect is not followed', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await failureOf(ask(url))).toMatchObject({ code: 'unreachable' });
    expect(asked).toBe(1);
  });

  test('a relay that does not answer is given up, and told so', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const url = await serve((_, response) => void response.once('close', resolve));
    expect(await failureOf(ask(url, { timeoutMs: 50 }))).toMatchObject({ code: 'timed-out', status: null });
    await closed;
  });

  test('an answer that never ends is given up in time', async () => {
    const url = await serve((_, response) => void response.write('['));
    expect(await failureOf(ask(url, { timeoutMs: 50 }))).toMatchObject({ code: 'timed-out' });
  });

  test.each([
    ['that says how large it is', { 'content-length': '2000000' }],
    ['that does not', {}],
  ])('an answer that is too large is not read to its end: %s', async (_, headers) => {
    let sent = 0;
    const url = await serve((_request, response) => {
      response.writeHead(200, headers);
      const more = (): void => {
        sent += 50_000;
        if (!response.destroyed && sent < 20_000_000) response.write(Buffer.alloc(50_000, 0x20), more);
      };
      more();
    });
    expect(await failureOf(ask(url))).toMatchObject({ code: 'unreadable', status: 200 });
    expect(sent).toBeLessThan(20_000_000);
  });
});

describe('with a post of its own', () => {
  const post =
    (answer: Awaited<ReturnType<Post>>): Post =>
    () =>
      Promise.resolve(answer);

  test('an app is given the URL, the body and a signal, and may give headers as a record', async () => {
    const given: unknown[] = [];
    const answer = await ask('https://Push.example.org:443', {
      post: (url, body, signal, headers) => {
        given.push(url, Buffer.from(body).toString(), signal.aborted, headers);
        return Promise.resolve({
          status: 200,
          headers: { 'Retry-After': ['7', '8'], other: undefined },
          body: new Uint8Array(),
        });
      },
    });
    expect(given).toEqual(['https://push.example.org/subscribe', '[]', false, { 'content-type': 'application/json' }]);
    expect([answer.headers.get('RETRY-AFTER'), answer.headers.get('other')]).toEqual(['7', undefined]);
  });

  test('a relay at an IPv6 address is asked there', async () => {
    const urls: string[] = [];
    await ask('http://[::1]:8080', {
      post: (url) => {
        urls.push(url);
        return Promise.resolve({ status: 200, headers: {}, body: new Uint8Array() });
      },
    });
    expect(urls).toEqual(['http://[::1]:8080/subscribe']);
  });

  test('an answer that is too large is refused', async () => {
    const huge = post({ status: 200, headers: {}, body: new Uint8Array(1_000_001) });
    expect(await failureOf(ask('http://localhost', { post: huge }))).toMatchObject({ code: 'unreadable' });
  });

  test('whatever it throws, at once or later, means that nobody was reached', async () => {
    const cause = new Error('no network');
    const throwing: Post = () => {
      throw cause;
    };
    for (const failing of [throwing, () => Promise.reject(cause)]) {
      expect(await failureOf(ask('http://localhost', { post: failing }))).toMatchObject({ code: 'unreachable', cause });
    }
    const own = new RelayError('path-failed', 'mine');
    expect(await failureOf(ask('http://localhost', { post: () => Promise.reject(own) }))).toBe(own);
  });

  test('a post that ignores its signal is not waited for', async () => {
    const endless: Post = () => new Promise(() => {});
    expect(await failureOf(ask('http://localhost', { post: endless, timeoutMs: 10 }))).toMatchObject({
      code: 'timed-out',
    });
  });
});
