import { setTimeout } from 'node:timers/promises';
import { Router } from 'zeromq';
import type { KeyPair } from '../wire/sodium.ts';
import { Outbox, type OutboxCounts } from './outbox.ts';

export type Part = Buffer | string;

/** A request command. Resolves to the parts of the answer, or to null for no answer at all. */
export interface Command {
  /** Who may call: nobody ever proves to be an operator or a service node here, so those are always refused. */
  readonly access: 'anyone' | 'operator' | 'service-node';
  handle(route: Buffer, parts: readonly Buffer[]): Promise<readonly Part[] | null>;
}

/** What the listener says instead of the truth. */
export type AnswerMode = 'honest' | 'silent' | 'garbage' | 'forbidden' | 'not-a-service-node';

export interface OmqListenerOptions {
  readonly host: string;
  readonly port: number;
  /** X25519. */
  readonly keys: KeyPair;
  readonly commands: ReadonlyMap<string, Command>;
  readonly answerMode: () => AnswerMode;
}

export interface OmqListener extends AsyncDisposable {
  readonly port: number;
  readonly counts: Readonly<OutboxCounts>;
  /** To the peer with this routing id; lost without a word when there is none. */
  send(route: Buffer, parts: readonly Part[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A message above this ends the connection. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
/** Requests under way; what comes on top is dropped in silence, as a full queue of a real node does. */
const MAX_PENDING = 500;
const MAX_PENDING_BYTES = 128 * 1024 * 1024;
const BIND_TRIES = 200;
const BIND_AGAIN_MS = 10;

/** The listening side of OxenMQ: a CURVE server that tells peers apart by their routing ids alone. */
export async function startOmqListener(options: OmqListenerOptions): Promise<OmqListener> {
  const socket = new Router({
    mandatory: true,
    handover: true,
    curveServer: true,
    curvePublicKey: options.keys.publicKey as unknown as string,
    curveSecretKey: options.keys.secretKey as unknown as string,
    maxMessageSize: MAX_MESSAGE_BYTES,
    heartbeatInterval: 15_000,
    heartbeatTimeout: 30_000,
    sendTimeout: 0,
    linger: 0,
  });
  const port = await bind(socket, options);
  const outbox = new Outbox(socket);
  const serving = serveRequests(socket, outbox, options);
  return {
    port,
    counts: outbox.counts,
    send: (route, parts) => outbox.send([route, ...parts]),
    [Symbol.asyncDispose]: async () => {
      // No unbind before: followed by close while a peer is leaving, it makes libzmq 4.3.5 abort the process.
      socket.close();
      await serving;
    },
  };
}

/** The port listened on. A closed listener gives its port back a moment later, so that a restart has to try again. */
async function bind(socket: Router, { host, port }: OmqListenerOptions): Promise<number> {
  for (let triesLeft = BIND_TRIES; ; triesLeft--) {
    try {
      await socket.bind(`tcp://${host}:${port}`);
      return Number(socket.lastEndpoint?.split(':').at(-1));
    } catch (error) {
      if (triesLeft === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await setTimeout(BIND_AGAIN_MS);
    }
  }
}

async function serveRequests(socket: Router, outbox: Outbox, options: OmqListenerOptions): Promise<void> {
  let pending = 0;
  let pendingBytes = 0;
  for await (const [route, command, ...rest] of socket) {
    if (route === undefined || command === undefined) continue;
    const bytes = rest.reduce((sum, part) => sum + part.length, 0);
    if (pending >= MAX_PENDING || pendingBytes + bytes > MAX_PENDING_BYTES) continue;
    pending++;
    pendingBytes += bytes;
    // A handler that failed answers nothing, which is what its caller would see of a real node's fault, too.
    answerTo(route, command.toString('latin1'), rest, options)
      .then((answer) => answer !== null && outbox.send([route, ...answer]))
      .catch(() => {})
      .finally(() => {
        pending--;
        pendingBytes -= bytes;
      });
  }
}

async function answerTo(
  route: Buffer,
  name: string,
  rest: readonly Buffer[],
  { commands, answerMode }: OmqListenerOptions,
): Promise<readonly Part[] | null> {
  const mode = answerMode();
  if (mode === 'silent') return null;
  if (name === 'HI') return ['HELLO'];
  if (name === 'HELLO' || name === 'BYE' || name === 'REPLY') return null;
  const command = commands.get(name);
  const [tag, ...parts] = rest;
  if (command === undefined) return ['UNKNOWNCOMMAND', name];
  const refusal = refusalOf(command, mode);
  if (refusal !== null) return tag === undefined ? [refusal, name] : [refusal, 'REPLY', tag];
  if (tag === undefined) return ['NO_REPLY_TAG', name];
  if (mode === 'garbage') return ['REPLY', tag, Buffer.from('d7:successi1e3:'), Buffer.alloc(64, 0xff)];
  const answer = await command.handle(route, parts);
  return answer === null ? null : ['REPLY', tag, ...answer];
}

function refusalOf(command: Command, mode: AnswerMode): string | null {
  if (command.access === 'operator' || mode === 'forbidden') return 'FORBIDDEN';
  if (mode === 'not-a-service-node') return 'NOT_A_SERVICE_NODE';
  return command.access === 'service-node' ? 'FORBIDDEN_SN' : null;
}
