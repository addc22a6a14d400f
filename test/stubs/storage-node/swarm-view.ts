import { fetchServiceNodes, type ServiceNode } from '../wire/service-nodes.ts';
import { NO_SWARM, swarmOf } from '../wire/swarm-space.ts';

/** The network as one node last heard of it from oxend. */
export class SwarmView {
  readonly nodes: readonly ServiceNode[];
  readonly ownSwarm: bigint;
  readonly #swarmIds: ReadonlySet<bigint>;
  readonly #ownKey: string;
  readonly #x25519Keys: ReadonlySet<string>;

  constructor(nodes: readonly ServiceNode[], ownKey: string) {
    this.nodes = nodes;
    this.#ownKey = ownKey;
    this.ownSwarm = nodes.find(({ pubkeyEd25519 }) => pubkeyEd25519 === ownKey)?.swarmId ?? NO_SWARM;
    this.#x25519Keys = new Set(nodes.map(({ pubkeyX25519 }) => pubkeyX25519).filter((key) => key !== ''));
    this.#swarmIds = new Set(nodes.map(({ swarmId }) => swarmId).filter((id) => id !== NO_SWARM));
  }

  get swarmIds(): readonly bigint[] {
    return [...this.#swarmIds];
  }

  /** The listed node with this Ed25519 key, in lower-case hex. */
  find(pubkeyEd25519: string): ServiceNode | undefined {
    return this.nodes.find((node) => node.pubkeyEd25519 === pubkeyEd25519);
  }

  /** Whether a listed node has this X25519 key, in lower-case hex. */
  lists(pubkeyX25519: string): boolean {
    return this.#x25519Keys.has(pubkeyX25519);
  }

  swarmOf(account: Uint8Array): bigint | null {
    return swarmOf(account, this.#swarmIds);
  }

  holds(account: Uint8Array): boolean {
    return this.ownSwarm !== NO_SWARM && this.swarmOf(account) === this.ownSwarm;
  }

  /** Members of a swarm that can be reached, this node included. */
  membersOf(swarm: bigint | null): readonly ServiceNode[] {
    return this.nodes.filter((node) => node.swarmId === swarm && hasAddress(node));
  }

  /** Everybody else in the network who can be reached. */
  get others(): readonly ServiceNode[] {
    return this.nodes.filter((node) => node.pubkeyEd25519 !== this.#ownKey && hasAddress(node));
  }

  /** The other members of this node's swarm who can be reached. */
  get siblings(): readonly ServiceNode[] {
    return this.ownSwarm === NO_SWARM ? [] : this.others.filter(({ swarmId }) => swarmId === this.ownSwarm);
  }

  /**
   * Who may hold mail of accounts that have become this node's since `before`: at the start its siblings; later, when
   * it changed swarm or swarms came and went, the former members of the swarms around its place on the ring.
   */
  sourcesSince(before: SwarmView): readonly ServiceNode[] {
    if (this.ownSwarm === NO_SWARM) return [];
    if (before.ownSwarm === NO_SWARM && before.nodes.length === 0) return this.siblings;
    const sameIds =
      this.swarmIds.length === before.swarmIds.length && this.swarmIds.every((id) => before.#swarmIds.has(id));
    if (sameIds && this.ownSwarm === before.ownSwarm) return [];
    const reach = this.#reach();
    return before.others.filter(({ swarmId }) => swarmId !== NO_SWARM && reach(swarmId));
  }

  /** Whether an id lies between this swarm's two neighbours, or is one of them. */
  #reach(): (id: bigint) => boolean {
    const others = this.swarmIds.filter((id) => id !== this.ownSwarm);
    const distances = others.map((id) => ringDistance(this.ownSwarm, id));
    const up = distances.reduce((least, distance) => (distance < least ? distance : least), RING);
    const down = distances.reduce((least, distance) => (RING - distance < least ? RING - distance : least), RING);
    return (id) => ringDistance(this.ownSwarm, id) <= up || RING - ringDistance(this.ownSwarm, id) <= down;
  }
}

const RING = 1n << 64n;
const ringDistance = (from: bigint, to: bigint): bigint => (to - from + RING) % RING;

const hasAddress = ({ ip, httpPort }: ServiceNode): boolean => ip !== '' && ip !== '0.0.0.0' && httpPort > 0;

export interface SwarmWatch extends AsyncDisposable {
  readonly view: SwarmView;
  /** Asks oxend now; resolves when what follows from a change is done. An oxend that fails changes nothing. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Keeps a view up to date by polling; `onChange` runs for every new block's view, one at a time. */
export function watchSwarms(options: {
  readonly rpcUrl: string;
  readonly ownKey: string;
  readonly pollMs: number;
  onChange(view: SwarmView, before: SwarmView): Promise<void>;
}): SwarmWatch {
  let view = new SwarmView([], options.ownKey);
  let blockHash: string | null = null;
  let isClosed = false;
  let asking: Promise<void> = Promise.resolve();

  const ask = async (): Promise<void> => {
    const listed = await fetchServiceNodes(options.rpcUrl, blockHash).catch(() => null);
    if (isClosed || listed === null || listed.kind === 'unchanged') return;
    const before = view;
    view = new SwarmView(listed.nodes, options.ownKey);
    blockHash = listed.blockHash;
    await options.onChange(view, before);
  };
  const refresh = (): Promise<void> => {
    asking = asking.then(ask);
    return asking;
  };
  const timer = setInterval(() => void refresh(), options.pollMs).unref();
  return {
    get view() {
      return view;
    },
    refresh,
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      clearInterval(timer);
      await asking;
    },
  };
}
