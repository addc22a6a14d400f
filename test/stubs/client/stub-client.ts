import type { Clock } from '@push/ops';
import type { Membership } from './group.ts';
import { deposit, fetchMail, LIFETIME_MS, type Mail } from './mailbox.ts';
import type { Account, MailboxKey } from './mailbox-key.ts';
import {
  type AppStyle,
  type Device,
  postToRelay,
  type RelayAnswer,
  type RelayRoute,
  subscribeRequest,
  unsubscribeRequest,
} from './registration.ts';
import { lockFor, type OpenedMessage, openFromGroup, openOwn, sealTo } from './sealed-message.ts';
import { locateSwarm } from './swarm-client.ts';

export interface StubClientOptions {
  readonly account: Account;
  readonly oxendUrl: string;
  readonly groups?: readonly Membership[];
  /** What the app is: decides the shape of requests and the namespaces it subscribes to. Default ios. */
  readonly style?: AppStyle;
  readonly clock?: Clock;
}

export interface SendOptions {
  /** Default: 0 to a person, 11 to a group. */
  readonly namespace?: number;
  /** Default 14 days. */
  readonly ttlMs?: number;
}

/** Something that lay in one of the client's mailboxes; `message` is null when it could not be opened. */
export interface Received {
  /** Session ID or group id. */
  readonly mailbox: string;
  readonly namespace: number;
  readonly hash: string;
  readonly createdMs: number;
  readonly message: OpenedMessage | null;
}

const OWN_NAMESPACES = { ios: [0, 2, 3, 4, 5], android: [0] } as const;
const GROUP_NAMESPACES = [-11, 11, 12, 13, 14] as const;
const GROUP_MESSAGES = 11;

/** One phone: registers, sends, fetches and opens what came. Remembers what it has fetched. */
export class StubClient {
  readonly account: Account;
  readonly #groups: readonly Membership[];
  readonly #style: AppStyle;
  readonly #oxendUrl: string;
  readonly #clock: Clock;
  #lastHashes = new Map<string, string>();

  constructor(options: StubClientOptions) {
    this.account = options.account;
    this.#groups = options.groups ?? [];
    this.#style = options.style ?? 'ios';
    this.#oxendUrl = options.oxendUrl;
    this.#clock = options.clock ?? { nowMs: () => Date.now() };
  }

  /** Subscribes the device to the own account and every group, in one go; answers in that order. */
  register(relay: RelayRoute, device: Device): Promise<readonly RelayAnswer[]> {
    const signedAt = this.#nowSeconds();
    const own = subscribeRequest(this.account, device, { namespaces: OWN_NAMESPACES[this.#style], signedAt });
    const groups = this.#groups.map((group) =>
      subscribeRequest(group, device, { namespaces: GROUP_NAMESPACES, signedAt }),
    );
    return postToRelay(relay, 'subscribe', [own, ...groups], this.#style);
  }

  unregister(relay: RelayRoute, device: Device): Promise<readonly RelayAnswer[]> {
    const keys: readonly MailboxKey[] = [this.account, ...this.#groups];
    const requests = keys.map((key) => unsubscribeRequest(key, device, this.#nowSeconds()));
    return postToRelay(relay, 'unsubscribe', requests, this.#style);
  }

  /** Sends to a Session ID (66 hex digits); returns the message's hash. */
  send(sessionId: string, text: string, options: SendOptions = {}): Promise<string> {
    const account = Buffer.from(sessionId, 'hex');
    return this.#deposit(account, sealTo(account, this.account, text), null, { namespace: 0, ...options });
  }

  sendToGroup(group: Membership, text: string, options: SendOptions = {}): Promise<string> {
    const data = lockFor(group, this.account, text);
    return this.#deposit(group.account, data, group, { namespace: GROUP_MESSAGES, ...options });
  }

  /** Stores settings for the account's other devices, signed, sealed to itself, for 30 days. */
  saveConfig(namespace: number, text: string): Promise<string> {
    const data = sealTo(this.account.account, this.account, text);
    return this.#deposit(this.account.account, data, this.account, { namespace, ttlMs: LIFETIME_MS.config });
  }

  /** Fetches what is new in the own mailbox and those of the groups. */
  async poll(): Promise<readonly Received[]> {
    const own = await this.#fetch(this.account, 0, (mail) => openOwn(mail.data, this.account));
    const received = [...own];
    for (const group of this.#groups) {
      received.push(...(await this.#fetch(group, GROUP_MESSAGES, (mail) => openFromGroup(mail.data, group))));
    }
    return received;
  }

  async #deposit(
    account: Buffer,
    data: Buffer,
    key: MailboxKey | null,
    { namespace, ttlMs = LIFETIME_MS.message }: SendOptions & { readonly namespace: number },
  ): Promise<string> {
    const members = await locateSwarm(this.#oxendUrl, account);
    return deposit(members, { account, namespace, ttlMs, data, key, nowMs: this.#clock.nowMs() });
  }

  async #fetch(key: MailboxKey, namespace: number, open: (mail: Mail) => OpenedMessage | null): Promise<Received[]> {
    const mailbox = key.account.toString('hex');
    const place = `${mailbox} ${namespace}`;
    const members = await locateSwarm(this.#oxendUrl, key.account);
    const lastHash = this.#lastHashes.get(place) ?? null;
    const mails = await fetchMail(members, key, { namespace, lastHash, nowMs: this.#clock.nowMs() });
    const last = mails.at(-1);
    if (last !== undefined) this.#lastHashes.set(place, last.hash);
    return mails.map((mail) => ({
      mailbox,
      namespace,
      hash: mail.hash,
      createdMs: mail.createdMs,
      message: open(mail),
    }));
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}
