import type { Clock } from '@push/ops';
import { type Oxend, startOxend } from '../oxend/oxend.ts';
import type { OnionLimits } from '../storage-node/onion-router.ts';
import { startStorageNode, type StorageNode, type StorageNodeOptions } from '../storage-node/storage-node.ts';
import { randomBytes } from '../wire/sodium.ts';
import { swarmOf } from '../wire/swarm-space.ts';
import { unusableNodes } from './unusable-nodes.ts';

export interface NetworkOptions {
  /** Default 3. */
  readonly swarms?: number;
  /** Default 3. */
  readonly nodesPerSwarm?: number;
  /** Where everything listens. Default 127.0.0.1. */
  readonly host?: string;
  /** The address nodes are listed under. Default: `host`. */
  readonly ip?: string;
  readonly oxendPort?: number;
  readonly clock?: Clock;
  /** Between a node's questions to oxend. Default 1,000. */
  readonly pollMs?: number;
  /** What every node keeps to. */
  readonly onion?: OnionLimits;
}

/** A node and its place; `node` is null while it is stopped. */
export interface Member {
  readonly node: StorageNode | null;
  readonly pubkeyEd25519: string;
  readonly swarmId: bigint;
}

export interface Network extends AsyncDisposable {
  readonly oxend: Oxend;
  /** Where members were placed at the start, in order; reshuffling does not change this. */
  readonly members: readonly Member[];
  readonly swarmIds: readonly bigint[];
  /** Running nodes of the swarm that oxend's list gives an account (33 bytes) now. */
  nodesOf(account: Uint8Array): readonly StorageNode[];
  /** Ends a node without a word to anybody; oxend still lists it. */
  stop(pubkeyEd25519: string): Promise<void>;
  /** Starts it again with its keys and ports, and an empty memory. */
  restart(pubkeyEd25519: string): Promise<StorageNode>;
  /** Resolves when every running node has seen oxend's newest block. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Place {
  node: StorageNode | null;
  readonly pubkeyEd25519: string;
  readonly swarmId: bigint;
  readonly options: StorageNodeOptions;
}

/** An oxend and `swarms` × `nodesPerSwarm` storage nodes, plus a few listed nodes that nobody can use. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const host = options.host ?? '127.0.0.1';
  const ip = options.ip ?? host;
  const swarmIds = spreadSwarmIds(options.swarms ?? 3);
  const oxend = await startOxend({ host, port: options.oxendPort ?? 0 });
  const places = await Promise.all(
    swarmIds.flatMap((swarmId) =>
      Array.from({ length: options.nodesPerSwarm ?? 3 }, () => place(swarmId, { ...options, host }, oxend.rpcUrl)),
    ),
  );
  const running = (): StorageNode[] => places.flatMap(({ node }) => node ?? []);
  const refresh = async (): Promise<void> => {
    await Promise.all(running().map((node) => node.refresh()));
  };
  const find = (pubkeyEd25519: string): Place => {
    const found = places.find((candidate) => candidate.pubkeyEd25519 === pubkeyEd25519);
    if (found === undefined) throw new Error('no such node');
    return found;
  };
  const stop = async (member: Place): Promise<void> => {
    const { node } = member;
    member.node = null;
    await node?.[Symbol.asyncDispose]();
  };

  oxend.list.put([
    ...running().map((node) => node.describe(ip, find(node.pubkeyEd25519).swarmId)),
    ...unusableNodes(swarmIds),
  ]);
  await refresh();
  return {
    oxend,
    members: places,
    swarmIds,
    nodesOf: (account) => {
      const swarmId = swarmOf(account, new Set(oxend.list.nodes.map((node) => node.swarmId)));
      return running().filter((node) => oxend.list.get(node.pubkeyEd25519)?.swarmId === swarmId);
    },
    stop: (pubkeyEd25519) => stop(find(pubkeyEd25519)),
    restart: async (pubkeyEd25519) => {
      const member = find(pubkeyEd25519);
      await stop(member);
      member.node = await startStorageNode(member.options);
      return member.node;
    },
    refresh,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(places.map(stop));
      await oxend[Symbol.asyncDispose]();
    },
  };
}

async function place(
  swarmId: bigint,
  { host, clock, pollMs, onion }: NetworkOptions,
  oxendUrl: string,
): Promise<Place> {
  const options: StorageNodeOptions = {
    oxendUrl,
    seed: randomBytes(32),
    ...(host !== undefined && { host }),
    ...(clock !== undefined && { clock }),
    ...(pollMs !== undefined && { pollMs }),
    ...(onion !== undefined && { onion }),
  };
  const node = await startStorageNode(options);
  const ports = { omqPort: node.omqPort, httpPort: node.httpPort };
  return { node, pubkeyEd25519: node.pubkeyEd25519, swarmId, options: { ...options, ...ports } };
}

/** Ids in equal steps around the ring, so that each swarm gets its share of accounts; none survives as a JS number. */
function spreadSwarmIds(count: number): readonly bigint[] {
  const step = (1n << 64n) / BigInt(count);
  return Array.from({ length: count }, (_, index) => BigInt(index) * step + step / 2n - 1n);
}
