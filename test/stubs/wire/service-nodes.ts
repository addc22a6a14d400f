import { NO_SWARM } from './swarm-space.ts';

/** A service node as oxend lists it. Keys are hexadecimal, empty when the node never published them. */
export interface ServiceNode {
  readonly pubkeyEd25519: string;
  readonly pubkeyX25519: string;
  /** `0.0.0.0` or empty while unknown. */
  readonly ip: string;
  /** Port of `POST /storage_rpc/v1`, 0 while unknown. */
  readonly httpPort: number;
  /** Port of the OxenMQ listener, 0 while unknown. */
  readonly omqPort: number;
  /** `NO_SWARM` while the node belongs to none. */
  readonly swarmId: bigint;
  readonly isActive: boolean;
}

/** Whether the node has said where it is and by which key others talk to it. */
export const isReachable = ({ pubkeyX25519, ip, httpPort, omqPort }: ServiceNode): boolean =>
  pubkeyX25519.length === 64 && ip !== '' && ip !== '0.0.0.0' && httpPort > 0 && omqPort > 0;

/** A swarm id in decimal text, or null. */
export function idIn(value: unknown): bigint | null {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= NO_SWARM ? BigInt(value) : null;
}

/** JSON with bigints as plain digits, the way oxend writes 64-bit swarm ids. */
export function writeJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeJson(member)}`).join(',')}}`;
}

type ServiceNodes =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'listed'; readonly blockHash: string; readonly nodes: readonly ServiceNode[] };

/** Asks an oxend at `rpcUrl` (`http://…/json_rpc`). Throws when it does not answer as one. */
export async function fetchServiceNodes(rpcUrl: string, knownBlockHash: string | null): Promise<ServiceNodes> {
  const params = { active_only: true, ...(knownBlockHash === null ? {} : { poll_block_hash: knownBlockHash }) };
  const response = await fetch(rpcUrl, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: '0', method: 'get_service_nodes', params }),
    signal: AbortSignal.timeout(5_000),
  });
  // A 64-bit id does not survive JSON.parse as a number, so it is read as text.
  const text = (await response.text()).replaceAll(/("swarm_id":\s*)(\d+)/g, '$1"$2"');
  const { result } = JSON.parse(text) as { result: ListedNodes };
  if (result.unchanged === true) return { kind: 'unchanged' };
  return { kind: 'listed', blockHash: result.block_hash, nodes: result.service_node_states.map(readNode) };
}

interface ListedNodes {
  readonly unchanged?: boolean;
  readonly block_hash: string;
  readonly service_node_states: readonly ListedNode[];
}

interface ListedNode {
  readonly pubkey_ed25519: string;
  readonly pubkey_x25519: string;
  readonly public_ip: string;
  readonly storage_port: number;
  readonly storage_lmq_port: number;
  readonly swarm_id: string;
  readonly active: boolean;
}

const readNode = (node: ListedNode): ServiceNode => ({
  pubkeyEd25519: node.pubkey_ed25519,
  pubkeyX25519: node.pubkey_x25519,
  ip: node.public_ip,
  httpPort: node.storage_port,
  omqPort: node.storage_lmq_port,
  swarmId: BigInt(node.swarm_id),
  isActive: node.active,
});
