import { Dealer } from 'zeromq';
import { type KeyPair, randomBytes } from '../wire/sodium.ts';

/** Where another node listens. */
export interface PeerTarget {
  /** X25519, 64 hex digits. */
  readonly pubkeyX25519: string;
  readonly ip: string;
  readonly omqPort: number;
}

/** What became of a request: silent when no answer came in time, or nobody was there. */
export type PeerOutcome =
  | { readonly kind: 'answered'; readonly parts: readonly Buffer[] }
  | { readonly kind: 'refused' | 'silent' };

/** A request that nobody takes within this ends the link; the next one starts another. */
const SEND_TIMEOUT_MS = 5_000;
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
const TAG_BYTES = 15;

/** The routing id that a node shows: its X25519 key, after a letter because libzmq keeps ids that begin with 0. */
export const routingIdOf = (publicKey: Uint8Array): Buffer => Buffer.concat([Buffer.from('L'), publicKey]);

/** The key in hex that a routing id claims to belong to; no key when it is of another kind. */
export const claimedKey = (route: Buffer): string =>
  route.length === 33 && route[0] === 0x4c ? route.subarray(1).toString('hex') : '';

/** One OxenMQ connection to one other node, for any number of requests at a time; libzmq reconnects it by itself. */
export class PeerLink {
  readonly #socket: Dealer;
  readonly #waiting = new Map<string, (outcome: PeerOutcome) => void>();
  readonly #onClosed: () => void;
  readonly #idle: NodeJS.Timeout;
  /** The end of the line of requests to be sent, one at a time as libzmq wants it. */
  #line: Promise<unknown> = Promise.resolve();
  /** The one that libzmq is taking. */
  #sending: string | null = null;
  #isClosed = false;

  /** Closes itself after `idleMs` without a request. Throws when libzmq takes no such target or has no sockets left. */
  constructor(target: PeerTarget, keys: KeyPair, options: { readonly idleMs: number; readonly onClosed: () => void }) {
    this.#onClosed = options.onClosed;
    this.#socket = connect(target, keys);
    this.#idle = setTimeout(() => this.#closeUnlessBusy(), options.idleMs).unref();
    void this.#receive();
  }

  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  request(command: string, part: Buffer, timeoutMs: number): Promise<PeerOutcome> {
    const { promise, resolve } = Promise.withResolvers<PeerOutcome>();
    const tag = randomBytes(TAG_BYTES);
    const key = tag.toString('latin1');
    const timer = setTimeout(() => this.#giveUp(key), timeoutMs);
    this.#waiting.set(key, (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    this.#idle.refresh();
    this.#line = this.#line.then(() => this.#send(key, [command, tag, part])).catch(() => this.close());
    return promise;
  }

  /** Whoever still waits is told that nobody answered. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#socket.close();
    for (const key of this.#waiting.keys()) this.#settle(key, { kind: 'silent' });
    this.#onClosed();
  }

  /** What nobody waits for any more is not sent. */
  async #send(key: string, frame: (string | Buffer)[]): Promise<void> {
    if (!this.#waiting.has(key)) return;
    this.#sending = key;
    await this.#socket.send(frame);
    this.#sending = null;
  }

  /** Sending can't be taken back but by closing the socket, and the node would get the request when it is there again. */
  #giveUp(key: string): void {
    if (this.#sending === key) this.close();
    else this.#settle(key, { kind: 'silent' });
  }

  async #receive(): Promise<void> {
    try {
      for await (const frame of this.#socket) this.#received(frame);
    } catch {
      // A socket that can't be read any more is as good as closed.
    }
    this.close();
  }

  /** `[REPLY, tag, …parts]`, or a refusal `[FORBIDDEN…, REPLY, tag]`. Nothing else is meant for a caller. */
  #received([first, second, ...rest]: readonly Buffer[]): void {
    if (first === undefined || second === undefined) return;
    if (first.toString('latin1') === 'REPLY') {
      this.#settle(second.toString('latin1'), { kind: 'answered', parts: rest });
    } else if (second.toString('latin1') === 'REPLY') {
      this.#settle(rest[0]?.toString('latin1') ?? '', { kind: 'refused' });
    }
  }

  #settle(key: string, outcome: PeerOutcome): void {
    const settle = this.#waiting.get(key);
    this.#waiting.delete(key);
    settle?.(outcome);
  }

  #closeUnlessBusy(): void {
    if (this.isBusy) this.#idle.refresh();
    else this.close();
  }
}

/** Keys are declared as strings, but raw bytes are taken too. */
type RawKeys = Record<'curveServerKey' | 'curvePublicKey' | 'curveSecretKey' | 'routingId', Buffer>;

function connect({ pubkeyX25519, ip, omqPort }: PeerTarget, keys: KeyPair): Dealer {
  const socket = new Dealer({
    // Nothing is kept for a node that is away, or it would get old requests when it is back.
    immediate: true,
    sendTimeout: SEND_TIMEOUT_MS,
    receiveHighWaterMark: 0,
    maxMessageSize: MAX_MESSAGE_BYTES,
    heartbeatInterval: 15_000,
    heartbeatTimeToLive: 30_000,
    heartbeatTimeout: 30_000,
    linger: 0,
  });
  try {
    const raw = socket as unknown as RawKeys;
    raw.curveServerKey = Buffer.from(pubkeyX25519, 'hex');
    raw.curvePublicKey = keys.publicKey;
    raw.curveSecretKey = keys.secretKey;
    raw.routingId = routingIdOf(keys.publicKey);
    socket.connect(`tcp://${ip}:${omqPort}`);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
