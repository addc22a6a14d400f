/**
 * Attacks a relay on loopback until it is told to stop. Orders: `begin {port, senders}`, with so many senders of each kind of
 * {@link Weapon}; each comes again when it is cut off. `end`.
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

const post = (length: number, body = ''): string =>
  `POST /subscribe HTTP/1.1\r\nhost: relay\r\ncontent-length: ${length}\r\n\r\n${body}`;
const postWhole = (body: string): string => post(Buffer.byteLength(body), body);

let attack: AbortController | null = null;
let attackers: readonly Promise<void>[] = [];
const counts = { connections: 0, bytes: 0, open: 0 };

/** One connection's worth; resolves when it has nothing more to send. */
type Weapon = (socket: Socket, isOver: () => boolean) => Promise<void>;

function write(socket: Socket, chunk: Buffer | string): Promise<void> {
  counts.bytes += chunk.length;
  if (socket.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

const repeated =
  (text: string, times: number): Weapon =>
  async (socket, isOver) => {
    for (let i = 0; i < times && !isOver(); i++) await write(socket, text);
  };

const WEAPONS = {
  /** A byte now and then. */
  slow: async (socket, isOver) => {
    socket.write(post(90_000));
    while (!isOver()) {
      socket.write(' ');
      await wait(DRIP_MS);
    }
  },
  /** Nothing at all. */
  silent: () => new Promise(() => {}),
  /** 50 MB as fast as they are taken. */
  huge: async (socket, isOver) => {
    socket.write(post(HUGE_BYTES));
    for (let sent = 0; sent < HUGE_BYTES && !isOver(); sent += CHUNK.length) await write(socket, CHUNK);
    socket.end();
  },
  /** Requests by the thousand, whose answers are never read. */
  pipelined: async (socket, isOver) => {
    socket.pause();
    await repeated('GET /openapi.json HTTP/1.1\r\nhost: relay\r\n\r\n'.repeat(500), 4)(socket, isOver);
  },
  /** Lists of 500 things that are no registrations. */
  nonsense: repeated(postWhole(`[${'{},'.repeat(499)}{}]`), 20),
  /** Onion requests that nobody can open. */
  onions: repeated(
    'POST /oxen/v4/lsrpc HTTP/1.1\r\nhost: relay\r\ncontent-length: 6\r\n\r\n\0\0\0\0{}'.repeat(100),
    20,
  ),
} satisfies Record<string, Weapon>;

export type WeaponName = keyof typeof WEAPONS;

async function attackOnce(port: number, send: Weapon, { signal }: AbortController): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let isOver = false;
  counts.open += 1;
  counts.connections += 1;
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
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([send(socket, () => isOver), closed]);
  await Promise.race([closed, wait(1_000)]);
  socket.destroy();
  await closed;
  signal.removeEventListener('abort', stop);
}

async function keepAttacking(port: number, send: Weapon, controller: AbortController): Promise<void> {
  while (!controller.signal.aborted) {
    await attackOnce(port, send, controller);
    await wait(COME_AGAIN_MS);
  }
}

await serveOrders(async () => ({
  counts: () => counts,
  orders: {
    begin: async ({ port, senders }: { port: number; senders: Partial<Record<WeaponName, number>> }) => {
      const controller = new AbortController();
      attack = controller;
      setTimeout(() => controller.abort(), MOST_MS).unref();
      attackers = Object.entries(senders).flatMap(([name, count]) =>
        Array.from({ length: count }, () => keepAttacking(port, WEAPONS[name as WeaponName], controller)),
      );
    },
    end: async () => {
      attack?.abort();
      await Promise.all(attackers);
    },
  },
  [Symbol.asyncDispose]: async () => attack?.abort(),
}));
