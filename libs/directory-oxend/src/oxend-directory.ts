import type { DirectoryAnswer, SwarmDirectory } from '@push/watch';
import { postJson, type PostLimits } from './post-json.ts';
import { readServiceNodes, type ServiceNodesResult } from './service-nodes.ts';

export interface OxendOptions {
  /** JSON-RPC URLs, `http(s)://…/json_rpc`, in order of preference; at least one. */
  readonly urls: readonly URL[];
  /** Certificate authorities to trust instead of the usual ones, in PEM. */
  readonly ca: Buffer | null;
  readonly limits?: Partial<PostLimits>;
}

/** Two thousand nodes are 600 kB. Of deeply nested JSON, each byte costs the parser 60 bytes and 0.2 µs. */
const DEFAULT_LIMITS: PostLimits = { timeoutMs: 10_000, maxBytes: 4_000_000 };

const FIELDS = {
  pubkey_x25519: true,
  public_ip: true,
  storage_lmq_port: true,
  swarm_id: true,
  block_hash: true,
  height: true,
};

type Listing = Exclude<ServiceNodesResult, { readonly kind: 'failed' }>;
type Attempt = Listing | Extract<DirectoryAnswer, { readonly kind: 'failed' }>;

/** The list of oxend, from the first of several that gives a usable answer, beginning with the one that did last. */
export function createOxendDirectory({ urls, ca, limits = {} }: OxendOptions): SwarmDirectory {
  let preferred = 0;
  let blockHash: string | null = null;

  const ask = async (url: URL, signal: AbortSignal): Promise<Attempt> => {
    const poll = blockHash === null ? {} : { poll_block_hash: blockHash };
    const params = { active_only: true, fields: FIELDS, ...poll };
    const call = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'get_service_nodes', params });
    const posted = await postJson(url, call, { ...DEFAULT_LIMITS, ...limits, ca, signal });
    if (!posted.ok) return { kind: 'failed', reason: posted.reason };
    return readServiceNodes(posted.text, blockHash !== null);
  };

  return {
    poll: async (signal) => {
      let outcome: Attempt = { kind: 'failed', reason: 'unreachable' };
      for (let i = 0; i < urls.length && !signal.aborted; i += 1) {
        const at = (preferred + i) % urls.length;
        const url = urls[at];
        if (url === undefined) continue;
        outcome = await ask(url, signal);
        if (outcome.kind === 'failed') continue;
        preferred = at;
        if (outcome.kind === 'listed') blockHash = outcome.blockHash;
        break;
      }
      return outcome.kind === 'listed' ? { kind: 'listed', height: outcome.height, nodes: outcome.nodes } : outcome;
    },
  };
}
