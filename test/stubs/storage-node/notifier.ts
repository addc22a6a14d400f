import type { Clock } from '@push/ops';
import { bencode } from '../wire/bencode.ts';
import type { StoredMessage } from './mailbox.ts';
import type { Part } from './omq-listener.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What happens to notifications: sent; held until honest again; lost; or sent as something that is none. */
export const NOTIFY_MODES = ['honest', 'hold', 'drop', 'malformed'] as const;
export type NotifyMode = (typeof NOTIFY_MODES)[number];

export interface NotifierOptions {
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  send(route: Buffer, parts: readonly Part[]): void;
}

const MAX_HELD = 10_000;
const MALFORMED = Buffer.from('d1:@33:cut short');

/** Reports new messages to subscribers: `["notify.message", body]`, no answer expected, nothing repeated. */
export class Notifier {
  readonly #options: NotifierOptions;
  #mode: NotifyMode = 'honest';
  #held: StoredMessage[] = [];
  #notified = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** How many reports were handed to the socket. */
  get notified(): number {
    return this.#notified;
  }

  get mode(): NotifyMode {
    return this.#mode;
  }

  set mode(mode: NotifyMode) {
    this.#mode = mode;
    if (mode === 'hold') return;
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.announce(message);
  }

  announce(message: StoredMessage): void {
    if (this.#mode === 'hold' && this.#held.length < MAX_HELD) this.#held.push(message);
    if (this.#mode === 'hold' || this.#mode === 'drop') return;
    const { subscriptions, clock } = this.#options;
    for (const { route, wantsData } of subscriptions.of(message.account, message.namespace, clock.nowMs())) {
      this.#report(route, this.#mode === 'malformed' ? MALFORMED : notifyBody(message, wantsData));
    }
  }

  /** Sends the same body to everybody with any subscription, as a lying or broken node might. */
  broadcast(body: Buffer): void {
    for (const route of this.#options.subscriptions.routes()) this.#report(route, body);
  }

  #report(route: Buffer, body: Buffer): void {
    this.#notified++;
    this.#options.send(route, ['notify.message', body]);
  }
}

/** Keys in byte order: account, hash, namespace, created, expires and, if wanted, the message. */
export function notifyBody(message: StoredMessage, wantsData: boolean): Buffer {
  return bencode({
    '@': message.account,
    h: message.hash,
    n: message.namespace,
    t: message.timestampMs,
    z: message.expiryMs,
    ...(wantsData ? { '~': message.data } : {}),
  });
}
