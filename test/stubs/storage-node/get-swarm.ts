import { NO_SWARM } from '../wire/swarm-space.ts';
import type { NodeState } from './node-state.ts';
import type { Params } from './params.ts';
import type { StorageAnswer } from './storage-answer.ts';

/** The members of an account's swarm, whichever swarm this node is in. */
export const getSwarm = (state: NodeState, params: Params): StorageAnswer => ({
  status: 200,
  body: swarmFor(state, params.account()),
});

/** Tells a client that mistook the swarm who the right nodes are. */
export const wrongSwarm = (state: NodeState, account: Buffer): StorageAnswer => ({
  status: 421,
  body: swarmFor(state, account),
});

function swarmFor(state: NodeState, account: Buffer): { readonly [key: string]: unknown } {
  const view = state.view();
  const swarm = view.swarmOf(account);
  const snodes = view.membersOf(swarm).map((node) => ({
    pubkey_ed25519: node.pubkeyEd25519,
    pubkey_x25519: node.pubkeyX25519,
    ip: node.ip,
    port: String(node.httpPort),
    port_https: node.httpPort,
    port_omq: node.omqPort,
  }));
  return { snodes, swarm: (swarm ?? NO_SWARM).toString(16), t: state.clock.nowMs(), hf: [19, 0] };
}
