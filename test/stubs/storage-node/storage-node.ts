import type { Clock } from '@push/ops';
import { startHttpServer } from '../wire/http-server.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';
import { ed25519FromSeed, randomBytes, x25519PairOf } from '../wire/sodium.ts';
import { catchUp } from './catch-up.ts';
import { commandsOf } from './commands.ts';
import { control, type NodeAnswerMode, type NodeControls, type NodeStats, statsOf } from './control.ts';
import { serveHttp } from './http-endpoint.ts';
import { Mailbox } from './mailbox.ts';
import type { NodeState } from './node-state.ts';
import { Notifier, type NotifyMode } from './notifier.ts';
import { type OmqListener, startOmqListener } from './omq-listener.ts';
import { type OnionLimits, OnionRouter } from './onion-router.ts';
import { claimedKey } from './peer-link.ts';
import { Subscriptions } from './subscriptions.ts';
import { watchSwarms } from './swarm-view.ts';

export interface StorageNodeOptions {
  /** JSON-RPC of the oxend that says which swarm this is and who the siblings are. */
  readonly oxendUrl: string;
  /** 32 bytes the node's keys come from; the same seed is the same node. Default: random. */
  readonly seed?: Uint8Array;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly omqPort?: number;
  readonly httpPort?: number;
  readonly clock?: Clock;
  /** Between two questions to oxend. Default 1,000. */
  readonly pollMs?: number;
  readonly onion?: OnionLimits;
}

export interface StorageNode extends AsyncDisposable {
  /** Hexadecimal, as in oxend's list. */
  readonly pubkeyEd25519: string;
  readonly pubkeyX25519: string;
  readonly omqPort: number;
  readonly httpPort: number;
  readonly stats: NodeStats;
  /** The entry for oxend's list. `ip` is where others reach the node. */
  describe(ip: string, swarmId: bigint): ServiceNode;
  setAnswers(mode: NodeAnswerMode): void;
  setNotify(mode: NotifyMode): void;
  /** Forgets all subscriptions, as a restart does. */
  forgetSubscriptions(): void;
  /** A `notify.message` body of the caller's making for everybody with a subscription. */
  broadcast(body: Buffer): void;
  /** Asks oxend for news now. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SWEEP_EVERY_MS = 60_000;
/** A 76,800-byte message in base64 fits in here many times. */
const MAX_BODY_BYTES = 1_000_000;

/** One storage node: OxenMQ listener for watchers and clients, HTTP for clients and siblings, all state in memory. */
export async function startStorageNode(options: StorageNodeOptions): Promise<StorageNode> {
  const clock = options.clock ?? { nowMs: () => Date.now() };
  const host = options.host ?? '127.0.0.1';
  const ed25519 = ed25519FromSeed(options.seed ?? randomBytes(32));
  const x25519 = x25519PairOf(ed25519);
  const subscriptions = new Subscriptions();
  const mailbox = new Mailbox();
  const watch = watchSwarms({
    rpcUrl: options.oxendUrl,
    ownKey: ed25519.publicKey.toString('hex'),
    pollMs: options.pollMs ?? 1_000,
    onChange: (view, before) => catchUp(mailbox, view, view.sourcesSince(before)),
  });
  const notifier = new Notifier({ subscriptions, clock, send: (route, parts) => listener.send(route, parts) });
  const onion = new OnionRouter({ ...options.onion, keys: x25519, view: () => watch.view });
  const state: NodeState = {
    clock,
    ed25519,
    mailbox,
    onion,
    view: () => watch.view,
    announce: (message) => notifier.announce(message),
  };
  const listener: OmqListener = await startOmqListener({
    host,
    port: options.omqPort ?? 0,
    keys: x25519,
    commands: commandsOf(state, subscriptions, () => controls.answers === 'refuse'),
    isServiceNode: (route) => watch.view.lists(claimedKey(route)),
    answerMode: () => (controls.answers === 'refuse' ? 'honest' : controls.answers),
  });
  const controls: NodeControls = {
    subscriptions,
    mailbox,
    notifier,
    onion,
    counts: listener.counts,
    answers: 'honest',
    refresh: () => watch.refresh(),
  };
  const http = await startHttpServer({
    host,
    port: options.httpPort ?? 0,
    maxBodyBytes: MAX_BODY_BYTES,
    handle: (request) =>
      request.path.startsWith('/control/') ? control(controls, request) : serveHttp(state, request),
  });
  const sweep = setInterval(() => {
    subscriptions.sweep(clock.nowMs());
    mailbox.sweep(clock.nowMs());
  }, SWEEP_EVERY_MS).unref();
  await watch.refresh();

  const pubkeyEd25519 = ed25519.publicKey.toString('hex');
  const pubkeyX25519 = x25519.publicKey.toString('hex');
  return {
    pubkeyEd25519,
    pubkeyX25519,
    omqPort: listener.port,
    httpPort: http.port,
    get stats() {
      return statsOf(controls);
    },
    describe: (ip, swarmId) => ({
      pubkeyEd25519,
      pubkeyX25519,
      ip,
      httpPort: http.port,
      omqPort: listener.port,
      swarmId,
      isActive: true,
    }),
    setAnswers: (mode) => {
      controls.answers = mode;
    },
    setNotify: (mode) => {
      notifier.mode = mode;
    },
    forgetSubscriptions: () => subscriptions.clear(),
    broadcast: (body) => notifier.broadcast(body),
    refresh: () => watch.refresh(),
    [Symbol.asyncDispose]: async () => {
      clearInterval(sweep);
      await http[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
      await onion[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}
