import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { boundConnections } from '../src/http/connections.ts';
import { eventually } from './relay-world.ts';

/** A server for twenty connections whose answers wait until they are let go. */
const MOST = 20;
let fastify: FastifyInstance;
let letGo: () => void;
let asked: number;
let sockets: Socket[];
beforeEach(async () => {
  fastify = createFastify();
  boundConnections(fastify, fastify.server, MOST);
  const released = new Promise<void>((resolve) => (letGo = resolve));
  fastify.get('/', () => ({}));
  fastify.get('/slow', async () => {
    asked += 1;
    await released;
    return { slow: true };
  });
  await fastify.listen({ host: '127.0.0.1', port: 0 });
  asked = 0;
  sockets = [];
});
afterEach(async () => {
  letGo();
  for (const socket of sockets) socket.destroy();
  await fastify.close();
});

async function open(text = ''): Promise<Socket> {
  const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
const answered = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0]);

test.each([
  ['say nothing', ''],
  ['begin a body and do not end it', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{'],
])('newcomers find room among connections that %s', async (_, text) => {
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < MOST / 2; i++) await open(text);
    expect(await answered(await open(get('/')))).toMatch(/^HTTP\/1\.1 200/);
  }
});

test('connections that have asked something whole outlast those that have not', async () => {
  const kept = await open(get('/'));
  await answered(kept);
  for (let i = 0; i < 3 * MOST; i++) await open();
  kept.write(get('/'));
  expect(await answered(kept)).toMatch(/^HTTP\/1\.1 200/);
});

test('newcomers find room among connections that are kept and not used', async () => {
  for (let i = 0; i < 3 * MOST; i++) expect(await answered(await open(get('/')))).toMatch(/^HTTP\/1\.1 200/);
});

test('a connection that is owed an answer gets it, however crowded it is', async () => {
  const owed = await open(get('/slow'));
  await eventually(() => asked > 0);
  for (let i = 0; i < 3 * MOST; i++) await open();
  letGo();
  expect(await answered(owed)).toContain('"slow":true');
});

test('requests of one connection are under way one after the other, and answered in order', async () => {
  const socket = await open(get('/slow').repeat(5) + get('/'));
  await eventually(() => asked > 0);
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(1);
  let text = '';
  socket.on('data', (data) => (text += String(data)));
  letGo();
  while ((text.match(/HTTP\/1\.1 200/g)?.length ?? 0) < 6) await once(socket, 'data');
  expect([asked, text.endsWith('{}')]).toEqual([5, true]);
});

test('a connection with more requests than may wait is ended', async () => {
  const socket = await open(get('/slow').repeat(18));
  await once(socket, 'close');
  expect(asked).toBe(1);
});
