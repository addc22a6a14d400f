import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { limitConnections } from '../src/http/connection-limit.ts';

/** A server as far as the limit is concerned: real ones take four thousand sockets. */
class CountingServer extends EventEmitter {
  maxConnections = 0;
  cleared = 0;

  closeIdleConnections(): void {
    this.cleared += 1;
  }

  connect(): EventEmitter {
    const socket = new EventEmitter();
    this.emit('connection', socket);
    return socket;
  }
}

test('room is made when it becomes crowded, once a second, and not before', () => {
  let elapsedMs = 0;
  const server = new CountingServer();
  limitConnections(server as unknown as Server, () => elapsedMs);
  const sockets = Array.from({ length: Math.floor(0.9 * server.maxConnections) }, () => server.connect());
  expect(server.cleared).toBe(0);
  for (let i = 0; i < 10; i++) server.connect();
  expect(server.cleared).toBe(1);
  elapsedMs += 1_000;
  server.connect();
  expect(server.cleared).toBe(2);
  elapsedMs += 1_000;
  for (const socket of sockets) socket.emit('close');
  server.connect();
  expect(server.cleared).toBe(2);
});
