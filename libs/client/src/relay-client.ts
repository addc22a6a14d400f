import { randomBytes } from '@noble/hashes/utils.js';
import { type AnswerContext, type ReadSuccess, readAnswer, readRegistered, readRemoved } from './answer.ts';
import { type RandomBytes, utf8Bytes } from './bytes.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import type { Device } from './device.ts';
import type { ItemOutcome, Refused, SubscribeOutcome, UnsubscribeOutcome } from './outcome.ts';
import { RelayError } from './relay-error.ts';
import { subscribeItem, unsubscribeItem } from './request-items.ts';
import type { Signer } from './signer.ts';
import { signingClock } from './signing-clock.ts';
import type { Subscription } from './subscription.ts';
import type { Transport } from './transport.ts';

/**
 * A push relay, as an app sees it. Lists of any length are sent in parts that a relay takes, one after the other; everything
 * is checked and signed before the first is sent. Calls count in the order in which they are made, whatever the clock does: keep
 * one client for each relay, so that it knows what it signed last.
 *
 * Rejects with `InputError` for what no relay accepts, with `RelayError` when a request failed as a whole, and
 * with whatever a signer throws.
 */
export interface RelayClient {
  /** Has messages to each mailbox wake the device for 14 days. Outcomes in the order of `subscriptions`. */
  subscribe(
    subscriptions: readonly Subscription[],
    device: Device,
    options?: SubscribeOptions,
  ): Promise<readonly SubscribeOutcome[]>;
  /** Ends what {@link subscribe} began, for each account. Outcomes in the order of `signers`. */
  unsubscribe(signers: readonly Signer[], device: Device): Promise<readonly UnsubscribeOutcome[]>;
  /** Resolves if a relay answers at the other end. Registers nothing and needs no account. */
  probe(): Promise<void>;
}

export interface SubscribeOptions {
  /**
   * Whether storage nodes attach the message to what they send the relay. Default false: for a wakeup the relay needs no
   * message. Today's Session apps send true.
   */
  readonly data?: boolean;
}

export interface RelayClientOptions {
  readonly transport: Transport;
  /** Unix milliseconds, for signatures; a relay takes them from 14 days old to a day ahead. Default: the system's. */
  readonly nowMs?: () => number;
  /** Default: `crypto.getRandomValues`. */
  readonly random?: RandomBytes;
}

export function createRelayClient(options: RelayClientOptions): RelayClient {
  const { transport, nowMs = () => Date.now(), random = randomBytes } = options;
  const clock = signingClock(nowMs);

  const sendChunk = async <O extends ItemOutcome>(
    call: Call<O>,
    { count, body }: Chunk,
  ): Promise<readonly (O | Refused)[]> => {
    const headers = { 'content-type': 'application/json' };
    const response = await transport.send({ method: 'POST', endpoint: call.endpoint, headers, body });
    const context: AnswerContext = { nowMs: nowMs(), token: call.token };
    return readAnswer(response, count, call.readSuccess, context);
  };

  const sendAll = async <O extends ItemOutcome>(call: Call<O>, items: readonly string[]) => {
    const outcomes: (O | Refused)[] = [];
    for (const chunk of chunksOf(items)) {
      try {
        outcomes.push(...(await sendChunk(call, chunk)));
      } catch (error) {
        if (!(error instanceof RelayError)) throw error;
        const known = [...outcomes, ...error.items];
        throw error.withItems(items.map((_, index) => known[index] ?? null));
      }
    }
    return outcomes;
  };

  return {
    subscribe: async (subscriptions, device, { data = false } = {}) => {
      const terms = { data, signedAtS: clock.forSubscribe(), random };
      const items = await inTurn(subscriptions, (each) => subscribeItem(each, device, terms));
      return sendAll({ endpoint: '/subscribe', readSuccess: readRegistered, token: device.token }, items);
    },
    unsubscribe: async (signers, device) => {
      const signedAtS = clock.forUnsubscribe();
      const items = await inTurn(signers, (signer) => unsubscribeItem(signer, device, signedAtS));
      return sendAll({ endpoint: '/unsubscribe', readSuccess: readRemoved, token: device.token }, items);
    },
    probe: async () => {
      const call = { endpoint: '/subscribe', readSuccess: readRegistered, token: '' } as const;
      await sendChunk(call, { count: 0, body: utf8Bytes('[]') });
    },
  };
}

interface Call<O> {
  readonly endpoint: '/subscribe' | '/unsubscribe';
  readonly readSuccess: ReadSuccess<O>;
  readonly token: string;
}

/** One signature after the other: a keystore may ask its user for each. */
async function inTurn<T>(values: readonly T[], act: (value: T) => Promise<string>): Promise<readonly string[]> {
  const results: string[] = [];
  for (const value of values) results.push(await act(value));
  return results;
}
