import { isIP } from 'node:net';
import type { SwarmId } from '@push/protocol';
import type { ListedNode, NodeKey, StorageNode } from '@push/watch';
import { z } from 'zod';

/** What `get_service_nodes` said. */
export type ServiceNodesResult =
  | {
      readonly kind: 'listed';
      readonly height: number;
      readonly blockHash: string;
      readonly nodes: readonly ListedNode[];
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: 'rpc-error' | 'garbled' };

/** The swarm id of a node that belongs to no swarm. */
const NO_SWARM = 2n ** 64n - 1n;

/** Only the swarm decides where accounts are looked for, so only it is strict; a node that lacks the rest is unusable. */
const nodeState = z.object({
  swarm_id: z.bigint().min(0n).max(NO_SWARM),
  pubkey_x25519: z.string().catch(''),
  public_ip: z.string().catch(''),
  storage_lmq_port: z.number().catch(0),
});

const unchanged = z.object({ unchanged: z.literal(true) });
const listed = z.object({
  block_hash: z.string().min(1).max(128),
  height: z.int().min(0),
  service_node_states: z.array(nodeState).refine((states) => states.some(({ swarm_id }) => swarm_id !== NO_SWARM)),
});
const answer = z.union([
  z.object({ result: unchanged }).transform(() => ({ kind: 'unchanged' }) as const),
  z.object({ result: listed }).transform(({ result }) => toListed(result)),
  z.object({ error: z.looseObject({}) }).transform(() => ({ kind: 'failed', reason: 'rpc-error' }) as const),
]);

/**
 * Reads the JSON-RPC answer to `get_service_nodes`.
 * @param polled whether the request named a block; only then may the list be `unchanged`
 */
export function readServiceNodes(text: string, polled: boolean): ServiceNodesResult {
  const parsed = answer.safeParse(parseExact(text));
  const isUsable = parsed.success && (parsed.data.kind !== 'unchanged' || polled);
  return isUsable ? parsed.data : { kind: 'failed', reason: 'garbled' };
}

function toListed({ block_hash, height, service_node_states }: z.infer<typeof listed>): ServiceNodesResult {
  const nodes = service_node_states.map((state) => ({
    swarmId: state.swarm_id === NO_SWARM ? null : (state.swarm_id as SwarmId),
    node: toNode(state),
  }));
  return { kind: 'listed', height, blockHash: block_hash, nodes };
}

function toNode({
  pubkey_x25519: key,
  public_ip: host,
  storage_lmq_port: port,
}: z.infer<typeof nodeState>): StorageNode | null {
  const hasKey = /^[0-9a-fA-F]{64}$/.test(key);
  const hasAddress = isIP(host) !== 0 && host !== '0.0.0.0' && host !== '::';
  const hasPort = Number.isInteger(port) && port > 0 && port <= 65_535;
  return hasKey && hasAddress && hasPort ? { key: key.toLowerCase() as NodeKey, host, port } : null;
}

/** Swarm ids fill 64 bits, more than a JavaScript number holds: they are read from the digits of the text. */
const parseReviving = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

function parseExact(text: string): unknown {
  try {
    return parseReviving(text, (key, value, { source }) =>
      key === 'swarm_id' && source !== undefined && /^\d{1,20}$/.test(source) ? BigInt(source) : value,
    );
  } catch {
    return undefined;
  }
}
