import { monitorString, unsubscribeString } from '../wire/signed-strings.ts';
import { randomBytes } from '../wire/sodium.ts';
import type { MailboxKey } from './mailbox-key.ts';
import type { OnionRoute } from './onion-path.ts';
import { onionPoster, type RelayPoster } from './onion-request.ts';

/** Where wakeups go. `polls`: the app fetches by itself on a wakeup. */
export interface Device {
  /** `apns`, `apns-sandbox`, `firebase`, `huawei`. */
  readonly service: string;
  readonly token: string;
  readonly polls?: boolean;
}

export interface Wish {
  /** Strictly ascending. */
  readonly namespaces: readonly number[];
  /** Whether storage nodes attach the message to what they send the relay. Default true, as today's apps. */
  readonly wantsData?: boolean;
  /** Unix seconds. */
  readonly signedAt: number;
  /** 32 bytes. Default random. */
  readonly encKey?: Uint8Array;
}

type Request = Readonly<Record<string, unknown>>;

/** Body of `POST /subscribe` for one mailbox. */
export function subscribeRequest(key: MailboxKey, device: Device, wish: Wish): Request {
  const wantsData = wish.wantsData ?? true;
  const signature = key.sign(monitorString(key.account, wish.signedAt, wantsData, wish.namespaces));
  return {
    ...identityOf(key),
    namespaces: wish.namespaces,
    data: wantsData,
    sig_ts: wish.signedAt,
    signature: signature.toString('base64'),
    ...addressOf(device),
    enc_key: Buffer.from(wish.encKey ?? randomBytes(32)).toString('hex'),
  };
}

/** Body of `POST /unsubscribe` for one mailbox. */
export function unsubscribeRequest(key: MailboxKey, device: Device, signedAt: number): Request {
  return {
    ...identityOf(key),
    sig_ts: signedAt,
    signature: key.sign(unsubscribeString(key.account, signedAt)).toString('base64'),
    ...addressOf(device),
  };
}

const identityOf = ({ account, sessionEd25519, subaccount }: MailboxKey): Request => ({
  pubkey: account.toString('hex'),
  ...(sessionEd25519 !== null && { session_ed25519: sessionEd25519.toString('hex') }),
  ...(subaccount !== null && {
    subaccount: subaccount.tag.toString('hex'),
    subaccount_sig: subaccount.signature.toString('base64'),
  }),
});

const addressOf = ({ service, token, polls }: Device): Request => ({
  service,
  service_info: { token, ...(polls === true && { polls }) },
});

/** iOS sends one request bare and several as one array; Android always arrays, of at most 100. */
export type AppStyle = 'ios' | 'android';
const ANDROID_BATCH = 100;

export type RelayAnswer =
  | {
      readonly success: true;
      readonly added?: true;
      readonly updated?: true;
      readonly removed?: boolean;
      readonly message: string;
    }
  | { readonly error: number; readonly message: string };

/** The relay failed the request as a whole. */
export class RelayFailure extends Error {
  readonly code = 'RELAY_FAILURE';
  readonly status: number;

  constructor(status: number) {
    super(`the relay answered ${status}`);
    this.status = status;
  }
}

/** The relay's base URL, to be called directly, or a way to it through the network's nodes. */
export type RelayRoute = string | OnionRoute;

/**
 * Sends requests the way an app does; one answer each, in order. Throws `RelayFailure` unless the relay says 200, and
 * `OnionPathFailure` when a way through nodes does not lead to the relay and back.
 */
export async function postToRelay(
  route: RelayRoute,
  action: 'subscribe' | 'unsubscribe',
  requests: readonly Request[],
  style: AppStyle,
): Promise<readonly RelayAnswer[]> {
  const answers: RelayAnswer[] = [];
  const post = typeof route === 'string' ? directPoster(route) : await onionPoster(route);
  for (const body of bodiesOf(requests, style)) {
    const { status, text } = await post(action, JSON.stringify(body));
    if (status !== 200) throw new RelayFailure(status);
    answers.push(...([JSON.parse(text)].flat() as RelayAnswer[]));
  }
  return answers;
}

const directPoster =
  (relayUrl: string): RelayPoster =>
  async (action, body) => {
    const url = new URL(action, `${relayUrl.replace(/\/$/, '')}/`);
    const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(15_000) });
    return { status: response.status, text: await response.text() };
  };

function bodiesOf(requests: readonly Request[], style: AppStyle): readonly (Request | readonly Request[])[] {
  if (style === 'ios') return requests.length === 1 ? requests : [requests];
  const batches = Math.ceil(requests.length / ANDROID_BATCH);
  return Array.from({ length: batches }, (_, index) =>
    requests.slice(index * ANDROID_BATCH, (index + 1) * ANDROID_BATCH),
  );
}
