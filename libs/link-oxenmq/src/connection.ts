import { LARGEST_BATCH, type StorageNode } from '@push/watch';
import { type Context, Dealer, type Event, type EventType } from 'zeromq';
import type { LinkIdentity } from './identity.ts';

/** What a connection tells its owner, until it is closed. */
export interface ConnectionHandler {
  /** The CURVE handshake succeeded. */
  up(): void;
  received(parts: readonly Uint8Array[]): void;
  /** It could not be made, or broke. Said once, and nothing after it. */
  ended(): void;
  /** Something that is a mistake of ours. */
  fault(error: unknown): void;
}

/** Nodes ping every 15 s and give up after 30; libzmq answers by itself. */
const HEARTBEAT = { heartbeatInterval: 15_000, heartbeatTimeToLive: 30_000, heartbeatTimeout: 30_000 };
const CONNECT_TIMEOUT_MS = 10_000;
const SEND_TIMEOUT_MS = 5_000;
/** The longest refusal of an entry takes less. */
const ANSWER_BYTES = 128;
/**
 * The answer to the largest batch, 512 kB; a report has at most 76,800 bytes of message. A message may have any number of
 * parts, and libzmq gathers them all before we see the first.
 */
const LARGEST_PART_BYTES = LARGEST_BATCH * ANSWER_BYTES;
/** Far above what a stalled event loop leaves behind, yet an end: beyond it the node's TCP connection has to wait. */
const RECEIVE_HIGH_WATER_MARK = 100_000;

const ENDINGS: ReadonlySet<EventType> = new Set([
  'close',
  'disconnect',
  'handshake:error:protocol',
  'handshake:error:auth',
  'handshake:error:other',
]);

/**
 * One attempt at one connection: it never reconnects by itself, since libzmq's own back-off starts anew after each
 * failed handshake, and a node with another key fails that way for ever.
 */
export class Connection {
  readonly #socket: Dealer;
  readonly #handler: ConnectionHandler;
  readonly #attempt: NodeJS.Timeout;
  #sending: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(context: Context, node: StorageNode, identity: LinkIdentity, handler: ConnectionHandler) {
    this.#handler = handler;
    this.#socket = createSocket(context, node, identity);
    const events = this.#open(node);
    this.#attempt = setTimeout(() => this.#end(), CONNECT_TIMEOUT_MS);
    this.#follow(events, (event) => this.#observed(event));
    this.#follow(this.#socket, (parts: readonly Uint8Array[]) => handler.received(parts));
  }

  /** One after another, as libzmq wants it. A message that cannot be sent in time ends the connection. */
  send(parts: readonly (string | Uint8Array)[]): void {
    this.#sending = this.#sending
      .then(() => (this.#isOver ? undefined : this.#socket.send(parts.map((part) => Buffer.from(part)))))
      .catch(() => this.#end());
  }

  /** The handler hears nothing more. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#attempt);
    this.#socket.close();
  }

  #open({ host, port }: StorageNode): AsyncIterable<Event> {
    try {
      // Asked for before connecting, or the first events are missed.
      const { events } = this.#socket;
      this.#socket.connect(`tcp://${host.includes(':') ? `[${host}]` : host}:${port}`);
      return events;
    } catch (error) {
      // Half a connection holds file descriptors until it is closed, and they are what there are none of.
      this.#socket.close();
      throw error;
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.close();
    this.#handler.ended();
  }

  #observed({ type }: Event): void {
    if (type === 'handshake') {
      clearTimeout(this.#attempt);
      this.#handler.up();
    } else if (ENDINGS.has(type)) this.#end();
  }

  #follow<T>(source: AsyncIterable<T>, each: (item: T) => void): void {
    const run = async (): Promise<void> => {
      for await (const item of source) {
        if (this.#isOver) return;
        try {
          each(item);
        } catch (error) {
          this.#handler.fault(error);
        }
      }
    };
    run().then(
      () => this.#end(),
      () => this.#end(),
    );
  }
}

function createSocket(context: Context, { key }: StorageNode, identity: LinkIdentity): Dealer {
  const socket = new Dealer({
    context,
    linger: 0,
    immediate: true,
    sendTimeout: SEND_TIMEOUT_MS,
    receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK,
    maxMessageSize: LARGEST_PART_BYTES,
    reconnectInterval: -1,
    connectTimeout: CONNECT_TIMEOUT_MS,
    handshakeInterval: CONNECT_TIMEOUT_MS,
    ipv6: true,
    ...HEARTBEAT,
  });
  // Declared as strings, but raw bytes are taken too, and a binary routing id can be nothing else.
  const keys = socket as unknown as Record<
    'curveServerKey' | 'curveSecretKey' | 'curvePublicKey' | 'routingId',
    Buffer
  >;
  keys.curveServerKey = Buffer.from(key, 'hex');
  keys.curveSecretKey = identity.secretKey;
  keys.curvePublicKey = identity.publicKey;
  keys.routingId = identity.routingId;
  return socket;
}
