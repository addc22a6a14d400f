import { setTimeout } from 'node:timers/promises';
import { Router } from 'zeromq';
import type { KeyPair } from '../wire/sodium.ts';
import { Outbox, type OutboxCounts } from './outbox.ts';
import { RequestQueue } from './request-queue.ts';

export type Part = Buffer | string;

/** A request command. Resolves to the parts of the answer, or to null for no answer at all. */
export interface Command {
  /** Who may call. Nobody ever proves to be an operator here, so his commands are always refused. */
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
  /** Whether a routing id is that of a service node. A claim: nothing ties it to the peer's CURVE key. Default: none is. */
  readonly isServiceNode?: (route: Buffer) => boolean;
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
  const queue = new RequestQueue();
  for await (const [route, name, tag, ...parts] of socket) {
    if (route === undefined || name === undefined) continue;
    const verdict = judge(route, name.toString('latin1'), tag, options);
    if (verdict.kind === 'answered') outbox.send([route, ...verdict.answer]);
    if (verdict.kind !== 'accepted') continue;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    void queue.run(verdict.name, bytes, async () => {
      const answer = await verdict.command.handle(route, parts);
      if (answer !== null) outbox.send([route, 'REPLY', verdict.tag, ...answer]);
    });
  }
}

type FrameVerdict =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'answered'; readonly answer: readonly Part[] }
  | { readonly kind: 'accepted'; readonly name: string; readonly tag: Buffer; readonly command: Command };

/** What a frame is, before any command runs: `[command, tag, …parts]` is a request, everything else has a set answer. */
function judge(route: Buffer, name: string, tag: Buffer | undefined, options: OmqListenerOptions): FrameVerdict {
  const { commands, answerMode, isServiceNode } = options;
  const answered = (...answer: readonly Part[]): FrameVerdict => ({ kind: 'answered', answer });
  const mode = answerMode();
  if (mode === 'silent' || name === 'HELLO' || name === 'BYE' || name === 'REPLY') return { kind: 'ignored' };
  if (name === 'HI') return answered('HELLO');
  const command = commands.get(name);
  if (command === undefined) return answered('UNKNOWNCOMMAND', name);
  const refusal = refusalOf(command, mode, () => isServiceNode?.(route) ?? false);
  if (refusal !== null) return tag === undefined ? answered(refusal, name) : answered(refusal, 'REPLY', tag);
  if (tag === undefined) return answered('NO_REPLY_TAG', name);
  if (mode === 'garbage') return answered('REPLY', tag, 'd7:successi1e3:', Buffer.alloc(64, 0xff));
  return { kind: 'accepted', name, tag, command };
}

function refusalOf(command: Command, mode: AnswerMode, isServiceNode: () => boolean): string | null {
  if (command.access === 'operator' || mode === 'forbidden') return 'FORBIDDEN';
  if (mode === 'not-a-service-node') return 'NOT_A_SERVICE_NODE';
  return command.access === 'service-node' && !isServiceNode() ? 'FORBIDDEN_SN' : null;
}
