import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { eventually } from '../../world/eventually.ts';
import { createAuthority } from '../certificate/authority.ts';
import { type HttpServer, startHttpServer } from '../wire/http-server.ts';
import { OnionExit } from './onion-exit.ts';

const PLACE = { protocol: 'http', host: '127.0.0.1', target: '/oxen/v4/lsrpc' } as const;
let peers: string[];
let server: HttpServer;
let exit: OnionExit;
let answer: Promise<string>;
beforeEach(async () => {
  peers = [];
  answer = Promise.resolve('here');
  exit = new OnionExit(5_000);
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1_000,
    handle: async ({ peer }) => {
      peers.push(peer);
      return { status: 200, body: await answer };
    },
  });
});
afterEach(async () => {
  await exit[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const post = (): ReturnType<OnionExit['post']> => exit.post({ ...PLACE, port: server.port }, Buffer.from('x'));

test('the newest hundred connections are remembered', async () => {
  for (let times = 0; times < 105; times++) expect((await post()).status).toBe(200);
  expect(exit.connections).toEqual(peers.slice(-100));
});

test('a connection that was not made is not remembered', async () => {
  expect((await exit.post({ ...PLACE, port: 1 }, Buffer.alloc(0))).status).toBe(502);
  expect(exit.connections).toEqual([]);
});

test('at most five hundred requests are under way, and more are answered 503', async () => {
  const { promise, resolve: release } = Promise.withResolvers<string>();
  answer = promise;
  const waiting = Array.from({ length: 500 }, post);
  expect((await post()).status).toBe(503);
  release('at last');
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await post()).status).toBe(200);
});

test('an answer of ten million bytes is passed on, a longer one is a 502', async () => {
  answer = Promise.resolve('a'.repeat(10_000_000));
  expect((await post()).body).toHaveLength(10_000_000);
  answer = Promise.resolve('a'.repeat(10_000_001));
  expect(await post()).toEqual({ status: 502, body: Buffer.from('Server answered too much') });
});

test('a request under way ends with the node', async () => {
  answer = new Promise(() => {});
  const waiting = post();
  await eventually(() => peers.length === 1);
  await exit[Symbol.asyncDispose]();
  expect((await waiting).status).toBe(502);
});

describe('over https', () => {
  test('a server is called whose certificate holds, and no other', async () => {
    const authority = await createAuthority('test authority');
    const { certificate, key } = await authority.issueServer(['127.0.0.1']);
    const secure = createServer({ cert: certificate, key }, (_, response) => response.end('secure')).listen(0);
    await once(secure, 'listening');
    const { port } = secure.address() as AddressInfo;
    const place = { ...PLACE, protocol: 'https', port } as const;
    expect(await exit.post(place, Buffer.alloc(0))).toMatchObject({ status: 502 });
    const trusted = getCACertificates('default');
    setDefaultCACertificates([authority.certificate]);
    expect(await exit.post(place, Buffer.alloc(0))).toEqual({ status: 200, body: Buffer.from('secure') });
    setDefaultCACertificates(trusted);
    expect(exit.connections).toHaveLength(2);
    secure.close();
    await once(secure, 'close');
  });
});
