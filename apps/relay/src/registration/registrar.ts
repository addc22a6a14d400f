import type { Ledger } from '@push/ledger';
import type { Clock, Lane, Metrics } from '@push/ops';
import { authorizeMonitor, authorizeUnsubscribe, type Refusal, type Service } from '@push/protocol';
import { RegistryUnavailable, type RegistryWriter } from '@push/registry';
import type { Admissions } from '../load/admissions.ts';
import type { Gate } from '../load/gate.ts';
import type { Turns } from '../load/turns.ts';
import { failed, subscribed, unsubscribed, type Verdict } from './answer.ts';
import type { Answer } from './answer-schema.ts';
import { FAULT } from '../failure/failure-answer.ts';
import type { ItemFailure, RequestFailureCode } from '../failure/failures.ts';
import { inTurn } from './in-turn.ts';
import { parseSubscribe, parseUnsubscribe } from './parse-item.ts';
import { REFUSAL_MESSAGES } from './refusal-message.ts';
import { readItems } from './request-body.ts';

export type Endpoint = 'subscribe' | 'unsubscribe';

/** What came of a whole request. `status` is an HTTP status, also when the answer travels back inside something else. */
export type Reply =
  | { readonly kind: 'carried-out'; readonly status: number; readonly body: Answer | readonly Answer[] }
  | { readonly kind: 'failed'; readonly code: RequestFailureCode };

/** Carries out whole client requests, whichever way their bytes came. Never rejects. */
export interface Registrar {
  carryOut(endpoint: Endpoint, body: Uint8Array): Promise<Reply>;
}

export interface RegistrarOptions {
  readonly registry: RegistryWriter;
  readonly offered: ReadonlySet<Service>;
  /** Where calls of the registry run; bounds how many there are and how long each takes. */
  readonly lane: Lane;
  /** Bounds what is under way. */
  readonly gate: Gate;
  readonly turns: Turns;
  readonly admissions: Admissions;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
}

/** Items of one request that are under way at once. */
const ITEMS_AT_ONCE = 16;

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { registry, offered, lane, gate, turns, admissions, clock, ledger, metrics } = options;
  const nowS = (): number => Math.floor(clock.nowMs() / 1000);

  const subscribe: Handler = async (item, store) => {
    const parsed = parseSubscribe(item, offered);
    if (!parsed.ok) return failed(parsed.failure);
    const refusal = authorizeMonitor(parsed.value.request, nowS());
    if (refusal !== null) return failed(refused(refusal));
    const admits = admissions(parsed.value.request);
    return store(() => registry.subscribe(parsed.value, admits), subscribed);
  };

  const unsubscribe: Handler = async (item, store) => {
    const parsed = parseUnsubscribe(item, offered);
    if (!parsed.ok) return failed(parsed.failure);
    const refusal = authorizeUnsubscribe(parsed.value.request, nowS());
    if (refusal !== null) return failed(refused(refusal));
    const admits = admissions(parsed.value.request);
    return store(() => registry.unsubscribe(parsed.value, admits), unsubscribed);
  };

  const handlers: { readonly [E in Endpoint]: Handler } = { subscribe, unsubscribe };

  const fault = (error: unknown): Verdict => {
    ledger.fault(error);
    metrics.count('push_faults_total', {});
    return failed(FAULT);
  };

  /** For the items of one request: once the registry cannot be reached, the rest of them does not wait for it in turn. */
  const createStore = (): Store => {
    let isReachable = true;
    return async (call, verdictOf) => {
      if (!isReachable) return failed(UNAVAILABLE);
      const outcome = await gate.hold(() => lane.run(call));
      if (outcome.kind === 'done') return verdictOf(outcome.value);
      if (outcome.kind === 'threw' && !(outcome.error instanceof RegistryUnavailable)) return fault(outcome.error);
      const isBusy = outcome.kind === 'threw' && (outcome.error as RegistryUnavailable).code === 'busy';
      if (!isBusy) isReachable = false;
      return failed(UNAVAILABLE);
    };
  };

  const carryOutItems = async (endpoint: Endpoint, items: readonly unknown[]): Promise<readonly Verdict[]> => {
    const store = createStore();
    const handle = handlers[endpoint];
    const carryOutItem = async (item: unknown): Promise<Verdict> => {
      const verdict = await handle(item, store).catch(fault);
      metrics.count('push_relay_registrations_total', { endpoint, outcome: verdict.outcome });
      return verdict;
    };
    return inTurn(items, { turns, limit: ITEMS_AT_ONCE, handle: carryOutItem });
  };

  const unusable = (code: RequestFailureCode): Reply => {
    metrics.count('push_relay_unusable_requests_total', { reason: code });
    return { kind: 'failed', code };
  };

  return {
    carryOut: async (endpoint, body) => {
      const began = performance.now();
      if (!gate.admits()) return unusable('overloaded');
      const read = readItems(body);
      if (read.kind === 'failure') return unusable(read.code);
      const items = read.kind === 'one' ? [read.item] : read.items;
      if (!gate.admitsItems(items.length)) return unusable('overloaded');
      const verdicts = await gate.holdList(items.length, () => carryOutItems(endpoint, items));
      metrics.observe('push_relay_request_seconds', { endpoint }, (performance.now() - began) / 1000);
      const answers = verdicts.map(({ answer }) => answer);
      const [only] = answers;
      return {
        kind: 'carried-out',
        status: verdicts.reduce((highest, { status }) => Math.max(highest, status), 200),
        body: read.kind === 'one' && only !== undefined ? only : answers,
      };
    },
  };
}

type Handler = (item: unknown, store: Store) => Promise<Verdict>;
type Store = <T>(call: () => Promise<T>, verdictOf: (outcome: T) => Verdict) => Promise<Verdict>;

const UNAVAILABLE: ItemFailure = { code: 'unavailable', message: 'the request could not be stored; try again later' };

function refused(refusal: Refusal): ItemFailure {
  return { code: 'refused', message: REFUSAL_MESSAGES[refusal] };
}
