import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Pipelines {
  /** Whether a request that came whole on this connection has not been answered yet. */
  owesAnswer(socket: Socket): boolean;
}

/**
 * A connection that has asked so much without waiting for answers is ended: nothing in the protocol needs more than one
 * request at a time, and whoever writes requests and never reads would have us keep all answers.
 */
const MAX_UNANSWERED = 16;

export function boundPipelines(fastify: Pick<FastifyInstance, 'addHook'>): Pipelines {
  const unanswered = new WeakMap<Socket, Set<IncomingMessage>>();
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const { socket } = raw;
    // What else came in the same packet is still handed on.
    if (socket.destroyed) return;
    const requests = unanswered.get(socket) ?? new Set();
    unanswered.set(socket, requests.add(raw));
    reply.raw.once('close', () => requests.delete(raw));
    if (requests.size > MAX_UNANSWERED) socket.destroy();
    else done();
  });
  return { owesAnswer: (socket) => [...(unanswered.get(socket) ?? [])].some(({ complete }) => complete) };
}
