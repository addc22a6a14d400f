import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** What is known of the connections to the public listener. */
export interface Connections {
  /** Whether a request that came whole on this connection has not been answered yet. */
  owesAnswer(socket: Socket): boolean;
}

/** Storage nodes keep connections for the next request, and there are some two thousand of them. */
const MAX_CONNECTIONS = 4_096;
const CROWDED = 0.9;
/** Evicted for each newcomer while it is crowded, so that it gets less so. */
const EVICT_EACH_TIME = 2;
/** That wait for the answer before them; a connection that has more is ended, since it does not read answers. */
const MAX_WAITING = 16;

interface Connection {
  /** Unanswered, in order; the first is under way, the others wait to be handed on. */
  readonly requests: Map<IncomingMessage, () => void>;
}

/**
 * Bounds what connections take, whatever they send or do not send: one request under way on each, and room for newcomers when
 * there are too many. HTTP/1 answers in order, so carrying out several requests of a connection at once would gain nothing.
 */
export function boundConnections(
  fastify: Pick<FastifyInstance, 'addHook'>,
  server: Server,
  most = MAX_CONNECTIONS,
): Connections {
  const connections = new WeakMap<Socket, Connection>();
  /** Longest first: those that have sent no whole request yet, and those that have. */
  const [unproven, proven] = [new Set<Socket>(), new Set<Socket>()];
  const owesAnswer = (socket: Socket): boolean =>
    [...(connections.get(socket)?.requests.keys() ?? [])].some(({ complete }) => complete);

  const evict = (): void => {
    let left = EVICT_EACH_TIME;
    for (const sockets of [unproven, proven]) {
      for (const socket of sockets) {
        if (owesAnswer(socket)) continue;
        sockets.delete(socket);
        socket.destroy();
        left -= 1;
        if (left === 0) return;
      }
    }
  };

  server.maxConnections = most;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { requests: new Map() });
    if (unproven.size + proven.size >= CROWDED * most) evict();
    unproven.add(socket);
    socket.once('close', () => {
      unproven.delete(socket);
      proven.delete(socket);
    });
  });

  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const { socket } = raw;
    const { requests } = connections.get(socket) ?? { requests: new Map<IncomingMessage, () => void>() };
    // What else came in the same packet is still handed on.
    if (socket.destroyed) return;
    requests.set(raw, done);
    reply.raw.once('close', () => {
      requests.delete(raw);
      if (socket.destroyed) return;
      unproven.delete(socket);
      // Behind those that were used less recently.
      proven.delete(socket);
      proven.add(socket);
      const [next] = requests.values();
      next?.();
    });
    if (requests.size > 1 + MAX_WAITING) socket.destroy();
    else if (requests.size === 1) done();
  });
  return { owesAnswer };
}
