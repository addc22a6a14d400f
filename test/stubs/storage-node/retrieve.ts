import { retrieveString } from '../wire/signed-strings.ts';
import { SubaccountRight } from '../wire/subaccount.ts';
import { readAuthentication, refusalOf } from './authentication.ts';
import { wrongSwarm } from './get-swarm.ts';
import type { StoredMessage } from './mailbox.ts';
import { isPubliclyReadable } from './namespaces.ts';
import type { NodeState } from './node-state.ts';
import type { Params } from './params.ts';
import type { StorageAnswer } from './storage-answer.ts';

/** A fifth of the largest answer; what a caller gets who names no limit. */
const DEFAULT_BYTES = 1_560_000;
const MAX_BYTES = 5 * DEFAULT_BYTES;

/** Messages of one namespace after `last_hash`, oldest first, `more` when the limit cut them; signed by the account. */
export function retrieve(state: NodeState, params: Params): StorageAnswer {
  const account = params.account();
  const namespace = params.namespace();
  const authentication = readAuthentication(params, 'timestamp');
  if (!state.view().holds(account)) return wrongSwarm(state, account);
  const nowMs = state.clock.nowMs();
  if (!isPubliclyReadable(namespace) || authentication !== null) {
    const signed = retrieveString(namespace, authentication?.timestampMs ?? 0);
    const claim = { account, signed, neededRights: SubaccountRight.read, isForwarded: false };
    const refusal = refusalOf(authentication, claim, nowMs);
    if (refusal !== null) return refusal;
  }
  const lastHash = ['last_hash', 'lastHash'].find((name) => params.has(name) && params.text(name) !== '');
  const after = lastHash === undefined ? null : params.text(lastHash);
  const found = state.mailbox.after(account, namespace, after, nowMs);
  const messages = withinLimit(found, byteLimit(params), countLimit(params));
  const body = { messages: messages.map(published), more: messages.length < found.length, t: nowMs, hf: [19, 0] };
  return { status: 200, body };
}

function countLimit(params: Params): number {
  const count = params.has('max_count') ? params.integer('max_count') : 0;
  return count > 0 ? count : Infinity;
}

/** A negative `max_size` is a share of the largest answer: -1 all of it, -5 a fifth. */
function byteLimit(params: Params): number {
  const size = params.has('max_size') ? params.integer('max_size') : 0;
  if (size === 0) return params.has('max_count') ? MAX_BYTES : DEFAULT_BYTES;
  return size < 0 ? MAX_BYTES / -size : Math.min(size, MAX_BYTES);
}

/** As many from the start as fit, but at least one. */
function withinLimit(messages: readonly StoredMessage[], bytes: number, count: number): readonly StoredMessage[] {
  let total = 0;
  const cut = messages.findIndex(({ data }, index) => {
    total += data.length;
    return index > 0 && (index >= count || total > bytes);
  });
  return cut < 0 ? messages : messages.slice(0, cut);
}

const published = ({ hash, timestampMs, expiryMs, data }: StoredMessage): object => ({
  hash,
  timestamp: timestampMs,
  expiration: expiryMs,
  data,
});
