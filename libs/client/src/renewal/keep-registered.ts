import { randomBytes } from '@noble/hashes/utils.js';
import type { RandomBytes } from '../bytes.ts';
import type { Device } from '../device.ts';
import type { SubscribeOutcome } from '../outcome.ts';
import type { RelayClient } from '../relay-client.ts';
import { RelayError } from '../relay-error.ts';
import type { Subscription } from '../subscription.ts';
import { renewalKey } from './renewal-key.ts';
import { planRenewal, settleRenewal } from './renewal-schedule.ts';
import { freshRenewalState, type RenewalState, readRenewalState } from './renewal-state.ts';
import { wait as waitByTimer } from './wait.ts';

export interface KeepRegisteredOptions {
  readonly client: Pick<RelayClient, 'subscribe'>;
  /** What is wanted; a function is asked each time the loop looks. */
  readonly subscriptions: Source<readonly Subscription[]>;
  readonly device: Source<Device>;
  /** See `SubscribeOptions`. Default false. */
  readonly data?: boolean;
  /** What `save` was given last; anything unreadable counts as none, and registers everything. */
  readonly state: unknown;
  /** Stores the state as JSON. Called after every attempt. */
  readonly save: (state: RenewalState) => void | Promise<void>;
  /**
   * Resolves after `delayMs` or when `signal` aborts. Resolving early makes the loop look again: do so when the token or an
   * account changes. Default: a timer, of at most an hour at a time.
   */
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Ends the loop, once a request that is under way has its answer. */
  readonly signal: AbortSignal;
  /** Told what each attempt came to. */
  readonly report?: (attempt: RegistrationAttempt) => void;
  readonly nowMs?: () => number;
  /** Uniform in [0, 1), spreads attempts over time. */
  readonly random?: () => number;
  /** Default: `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes;
}

export type Source<T> = T | (() => T | Promise<T>);

export interface RegistrationAttempt {
  readonly subscriptions: readonly Subscription[];
  /** In the order of `subscriptions`; `null` where nothing is known. */
  readonly outcomes: readonly (SubscribeOutcome | null)[];
  /** What the request failed with as a whole. */
  readonly error: RelayError | null;
}

/** The longest the loop goes without a look at what is wanted. */
const LOOK_AGAIN_MS = 3_600_000;

/**
 * Registers what is wanted and keeps it registered until `signal` aborts. It ends no registration: an app that leaves a group
 * or changes its token calls `unsubscribe` for the old one.
 *
 * Rejects with `InputError` for what no relay accepts, and with whatever a signer, `save` or `wait` throws; it may be called
 * again with the state that was saved last.
 */
export async function keepRegistered(options: KeepRegisteredOptions): Promise<void> {
  const { save, signal, data = false, wait = waitByTimer } = options;
  const { nowMs = () => Date.now(), random = Math.random, report = () => {} } = options;
  let state = readRenewalState(options.state) ?? freshRenewalState(options.randomBytes ?? randomBytes);

  while (!signal.aborted) {
    const [device, subscriptions] = [await current(options.device), await current(options.subscriptions)];
    const wanted = subscriptions.map((each) => ({ each, key: renewalKey(state.salt, each, device, data) }));
    const keys = wanted.map(({ key }) => key);
    const { due, nextAtMs } = planRenewal(state, keys, nowMs());
    if (due.length === 0) {
      const delayMs = nextAtMs === null ? LOOK_AGAIN_MS : nextAtMs - nowMs();
      await wait(Math.min(Math.max(delayMs, 0), LOOK_AGAIN_MS), signal);
      continue;
    }
    const signedAtMs = nowMs();
    const sent = wanted.filter(({ key }) => due.includes(key));
    const attempt = await register(
      options.client,
      sent.map(({ each }) => each),
      device,
      data,
    );
    const settled = { ...attempt, keys, sent: sent.map(({ key }) => key), signedAtMs, nowMs: nowMs(), random };
    state = settleRenewal(state, settled);
    report(attempt);
    await save(state);
  }
}

async function register(
  client: Pick<RelayClient, 'subscribe'>,
  subscriptions: readonly Subscription[],
  device: Device,
  data: boolean,
): Promise<RegistrationAttempt> {
  try {
    return { subscriptions, outcomes: await client.subscribe(subscriptions, device, { data }), error: null };
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return { subscriptions, outcomes: error.items as readonly (SubscribeOutcome | null)[], error };
  }
}

async function current<T>(source: Source<T>): Promise<T> {
  return typeof source === 'function' ? (source as () => T | Promise<T>)() : source;
}
