/**
 * Attacks a relay on loopback until it is told to stop. Orders: `begin {port, slow, huge}`, with so many senders that send a
 * byte now and then, and so many that send 50 MB as fast as they are taken; each comes again when it is cut off. `end`.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { serveOrders } from './serve-orders.ts';

const DRIP_MS = 250;
const HUGE_BYTES = 50_000_000;
const CHUNK = Buffer.alloc(65_536, 0x20);
/** Longer than any measurement: a besieger that is forgotten ends by itself. */
const MOST_MS = 120_000;
const COME_AGAIN_MS = 50;

const head = (length: number): string => `POST /subscribe HTTP/1.1\r\nhost: relay\r\ncontent-length: ${length}\r\n\r\n`;

let attack: AbortController | null = null;
let attackers: readonly Promise<void>[] = [];
const counts = { slow_connections: 0, huge_connections: 0, huge_bytes: 0, open: 0 };

async function attackOnce(port: number, send: (socket: Socket, isOver: () => boolean) => Promise<void>): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let isOver = false;
  counts.open += 1;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOver = true;
      counts.open -= 1;
      resolve();
    });
  });
  socket.on('error', () => {});
  socket.resume();
  const stop = (): void => void socket.destroy();
  attack?.signal.addEventListener('abort', stop, { once: true });
  await Promise.race([send(socket, () => isOver), closed]);
  await closed;
  attack?.signal.removeEventListener('abort', stop);
}

async function drip(socket: Socket, isOver: () => boolean): Promise<void> {
  counts.slow_connections += 1;
  socket.write(head(90_000));
  while (!isOver()) {
    socket.write(' ');
    await wait(DRIP_MS);
  }
}

async function flood(socket: Socket, isOver: () => boolean): Promise<void> {
  counts.huge_connections += 1;
  socket.write(head(HUGE_BYTES));
  for (let sent = 0; sent < HUGE_BYTES && !isOver(); sent += CHUNK.length) {
    counts.huge_bytes += CHUNK.length;
    if (!socket.write(CHUNK)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }
  socket.end();
}

async function keepAttacking(port: number, send: typeof drip): Promise<void> {
  while (attack?.signal.aborted === false) {
    await attackOnce(port, send);
    await wait(COME_AGAIN_MS);
  }
}

await serveOrders(async () => ({
  counts: () => counts,
  orders: {
    begin: async ({ port, slow, huge }: { port: number; slow: number; huge: number }) => {
      const controller = new AbortController();
      attack = controller;
      setTimeout(() => controller.abort(), MOST_MS).unref();
      attackers = [
        ...Array.from({ length: slow }, () => keepAttacking(port, drip)),
        ...Array.from({ length: huge }, () => keepAttacking(port, flood)),
      ];
    },
    end: async () => {
      attack?.abort();
      await Promise.all(attackers);
    },
  },
  [Symbol.asyncDispose]: async () => attack?.abort(),
}));
