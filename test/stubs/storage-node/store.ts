import { sign } from '../wire/sodium.ts';
import { wrongSwarm } from './get-swarm.ts';
import { messageHash } from './mailbox.ts';
import type { NodeState } from './node-state.ts';
import type { Params } from './params.ts';
import { passOn } from './siblings.ts';
import type { StorageAnswer } from './storage-answer.ts';
import { readStore, type StoreRequest, storeRefusal } from './store-request.ts';

/**
 * Keeps a message, has the siblings keep it, and reports it to subscribers if it is new. A client's call is answered
 * with what every member of the swarm said, under its Ed25519 key; a sibling's with this node's part alone.
 */
export async function store(
  state: NodeState,
  params: Params,
  { isForwarded }: { readonly isForwarded: boolean },
): Promise<StorageAnswer> {
  const request = readStore(params);
  if (!state.view().holds(request.account)) return wrongSwarm(state, request.account);
  const refusal = storeRefusal(request, isForwarded, state.clock.nowMs());
  if (refusal !== null) return refusal;
  const passedOn = passOn(request, isForwarded ? [] : state.view().siblings);
  const mine = keep(state, request);
  if (isForwarded) return { status: 200, body: mine };
  const swarm = { ...(await passedOn), [state.ed25519.publicKey.toString('hex')]: mine };
  return { status: 200, body: { swarm, hash: mine.hash, t: state.clock.nowMs(), hf: [19, 0] } };
}

function keep(state: NodeState, request: StoreRequest): { readonly hash: string } & Readonly<Record<string, unknown>> {
  const hash = messageHash(request.account, request.namespace, request.data);
  const { account, namespace, timestampMs, expiryMs, data } = request;
  const kept = state.mailbox.keep({ account, namespace, timestampMs, expiryMs, data, hash });
  if (kept.isNew) state.announce({ account, namespace, timestampMs, expiryMs, data, hash });
  const signature = sign(hash, state.ed25519.secretKey);
  return { hash, signature, expiry: kept.expiryMs, ...(kept.isNew ? {} : { already: true }) };
}
