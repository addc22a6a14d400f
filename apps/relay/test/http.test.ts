import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { ArgumentsHost } from '@nestjs/common';
import { createLedger } from '@push/ledger';
import { createMetrics } from '@push/ops';
import { FailureFilter } from '../src/http/failure.filter.ts';
import { createPublicAdapter } from '../src/http/public-adapter.ts';
import { createPhone } from './phone.ts';
import { openRelay, type RunningRelay } from './relay-world.ts';

let relay: RunningRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
});

/** Writes `text` to a raw connection and gives back all that comes until it is closed. */
async function exchange(text: string, port = relay.port): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

/** Sends a request for as long as the relay takes it; resolves to what it said and how many bytes it was sent. */
async function flood(head: string, chunk: Buffer, total: number): Promise<{ answer: string; sent: number }> {
  const socket: Socket = connect(relay.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head);
  let sent = 0;
  while (!socket.destroyed && sent < total) {
    sent += chunk.length;
    if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  socket.end();
  await closed;
  return { answer, sent };
}

const stillServes = async (): Promise<void> => {
  expect(await relay.ask('/subscribe', createPhone().subscribe())).toMatchObject({
    status: 200,
    body: { added: true },
  });
};

describe('the public listener', () => {
  test.each([
    ['GET', '/', 404],
    ['POST', '/', 404],
    ['POST', '/subscribe/', 404],
    ['POST', '/Subscribe', 404],
    ['POST', '/subscribe/x', 404],
    ['GET', '/metrics', 404],
    ['GET', '/subscribe', 405],
    ['GET', '/subscribe?x=1', 405],
    ['PUT', '/subscribe', 405],
    ['DELETE', '/unsubscribe', 405],
    ['OPTIONS', '/subscribe', 405],
  ])('%s %s is answered with %i, in the shape clients know', async (method, path, status) => {
    const response = await fetch(relay.url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: 1, message: expect.any(String) });
    expect(response.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  });

  test('a request may name the whole URL', async () => {
    const answer = await exchange(
      'POST http://relay.example/subscribe?x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\n[]',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\[\]$/);
  });

  test('a query does not hide a path', async () => {
    const response = await fetch(`${relay.url}/subscribe?a=b`, { method: 'POST', body: '[]' });
    expect([response.status, await response.json()]).toEqual([200, []]);
  });

  test.each([
    ['a path that is not encoded', 'POST /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['no HTTP at all', 'l1:ae\r\n\r\n'],
    ['a length that is no number', 'POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n'],
    [
      'two framings of the body',
      'POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    ['headers beyond measure', `POST /subscribe HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
  ])('%s gets 400 and the connection is closed', async (_, text) => {
    const answer = await exchange(text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('{"error":1,"message":"the request is malformed"}');
    await stillServes();
  });

  test('a body that ends too early gets no success', async () => {
    const socket = connect(relay.port, '127.0.0.1');
    socket.end('POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n[]');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/);
    await once(socket, 'close');
    await stillServes();
  });

  test('a body of exactly 100,000 bytes is read, one more byte is too many', async () => {
    expect((await relay.post('/subscribe', `[]${' '.repeat(99_998)}`)).status).toBe(200);
    const response = await relay.post('/subscribe', `[]${' '.repeat(99_999)}`);
    expect([response.status, await response.json()]).toEqual([413, { error: 1, message: expect.any(String) }]);
  });

  test.each([
    ['announced', 'content-length: 52428800', Buffer.alloc(65_536, 0x20)],
    ['chunked', 'transfer-encoding: chunked', Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`)],
  ])('a body of 50 MB, %s, is cut off early with 413', async (_, framing, chunk) => {
    const { answer, sent } = await flood(
      `POST /subscribe HTTP/1.1\r\nhost: a\r\n${framing}\r\n\r\n`,
      chunk,
      52_428_800,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('{"error":1,');
    expect(sent).toBeLessThan(20_000_000);
    await stillServes();
  });

  test('a path that is unknown limits its body as well', async () => {
    expect((await relay.post('/nothing', Buffer.alloc(200_000))).status).toBe(413);
  });

  test('a few requests may be written before their answers are read, and are answered in order', async () => {
    const request = (path: string): string => `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n[]`;
    const last = 'POST /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
    const answer = await exchange(request('/subscribe') + request('/nothing') + request('/unsubscribe') + last);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  test('a connection with many requests that it does not wait for is ended', async () => {
    const unread = 'GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(1_500);
    expect((await exchange(unread)).match(/HTTP\/1\.1 200/g)?.length ?? 0).toBeLessThan(50);
    await stillServes();
  });

  test('what was asked before garbage is not told that it failed', async () => {
    const body = JSON.stringify(createPhone().subscribe());
    const request = `POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    expect(await exchange(`${request}GARBAGE\r\n\r\n`)).not.toContain('400 Bad Request');
  });

  test('connections are kept for the next request', async () => {
    const socket = connect(relay.port, '127.0.0.1');
    const request = 'POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n[]';
    for (let i = 0; i < 3; i++) {
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    socket.destroy();
  });

  test('no header changes whom the relay thinks it talks to, since it never asks', async () => {
    const response = await fetch(`${relay.url}/subscribe`, {
      method: 'POST',
      body: '[]',
      headers: { 'x-forwarded-for': '1.2.3.4', forwarded: 'for=1.2.3.4' },
    });
    expect(response.status).toBe(200);
    expect(relay.log.join()).not.toContain('1.2.3.4');
  });

  test('what failed as a whole is counted by its reason', async () => {
    const reasons = ['not-found', 'wrong-method', 'too-large', 'not-http', 'not-json'] as const;
    await relay.post('/subscribe', 'x');
    for (const reason of reasons) {
      expect(await relay.metrics.read('push_relay_unusable_requests_total', { reason })).toBeGreaterThan(0);
    }
    expect(await relay.metrics.read('push_relay_unusable_requests_total', { reason: 'internal' })).toBe(0);
  });
});

describe('a sender who is too slow', () => {
  test.each([
    ['its headers', 'POST /subscribe HTTP/1.1\r\nhost: a\r\n'],
    ['its body', 'POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n['],
  ])('with %s is cut off with 408', async (_, beginning) => {
    const metrics = createMetrics();
    const limits = { headersMs: 200, requestMs: 300, silenceMs: 5_000, keepAliveMs: 5_000 };
    const fastify = createPublicAdapter(metrics, limits).getInstance();
    fastify.post('/subscribe', () => ({ success: true }));
    await fastify.listen({ host: '127.0.0.1', port: 0 });
    const answer = await exchange(beginning, (fastify.server.address() as AddressInfo).port);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*\{"error":1,/);
    expect(await metrics.read('push_relay_unusable_requests_total', { reason: 'too-slow' })).toBe(1);
    await fastify.close();
  });
});

test('what breaks outside of the front door is answered 503, error 5, and when to try again', () => {
  const sent: unknown[] = [];
  const reply = {
    status: (status: number) => ({
      headers: (headers: object) => ({ send: (body: string) => sent.push(status, headers, JSON.parse(body)) }),
    }),
  };
  const http = { getResponse: () => reply };
  const ledger = createLedger({ process: 'relay', level: 'silent' });
  const host = { switchToHttp: () => http } as unknown as ArgumentsHost;
  new FailureFilter(ledger, createMetrics()).catch(new TypeError('broken'), host);
  expect(sent).toEqual([
    503,
    { 'content-type': 'application/json; charset=utf-8', 'retry-after': '30' },
    { error: 5, message: expect.any(String) },
  ]);
});
