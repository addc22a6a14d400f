import type { ServiceNode } from '../wire/service-nodes.ts';
import type { NodeList } from './node-list.ts';

type Params = Readonly<Record<string, unknown>>;

/**
 * The result of `get_service_nodes`: `service_node_states` with the fields asked for (all of them when `fields` is
 * absent), only active nodes with `active_only`, and no nodes but `unchanged` while `poll_block_hash` is the newest
 * block. Swarm ids are bigints, to be written as plain digits.
 */
export function getServiceNodes(list: NodeList, params: Params): object {
  const asked = askedFields(params['fields']);
  const chain = { block_hash: list.blockHash, height: list.height, hardfork: 19, snode_revision: 0 };
  const polls = typeof params['poll_block_hash'] === 'string' && params['poll_block_hash'] !== '';
  const isUnchanged = polls && params['poll_block_hash'] === list.blockHash;
  if (isUnchanged) return { ...chain, status: 'OK', unchanged: true };
  const nodes = params['active_only'] === true ? list.nodes.filter((node) => node.isActive) : list.nodes;
  return {
    ...only(chain, asked),
    service_node_states: nodes.map((node) => only(published(node), asked)),
    status: 'OK',
    ...(polls ? { unchanged: false } : {}),
  };
}

/** Names whose value in `fields` is true; null for everything. */
function askedFields(fields: unknown): ReadonlySet<string> | null {
  if (typeof fields !== 'object' || fields === null) return null;
  return new Set(Object.entries(fields).flatMap(([name, wanted]) => (wanted === true ? [name] : [])));
}

function only(members: Readonly<Record<string, unknown>>, asked: ReadonlySet<string> | null): object {
  if (asked === null || asked.has('all')) return members;
  return Object.fromEntries(Object.entries(members).filter(([name]) => asked.has(name)));
}

const published = (node: ServiceNode): Readonly<Record<string, unknown>> => ({
  service_node_pubkey: node.pubkeyEd25519,
  pubkey_ed25519: node.pubkeyEd25519,
  pubkey_x25519: node.pubkeyX25519,
  public_ip: node.ip,
  storage_port: node.httpPort,
  storage_lmq_port: node.omqPort,
  swarm_id: node.swarmId,
  active: node.isActive,
  funded: true,
});
