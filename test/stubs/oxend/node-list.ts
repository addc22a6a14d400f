import { createHash, randomBytes } from 'node:crypto';
import type { ServiceNode } from '../wire/service-nodes.ts';

/** The network as the chain knows it. Every change is a new block, so pollers notice. */
export class NodeList {
  #nodes = new Map<string, ServiceNode>();
  #height = 1_000_000;
  #blockHash = randomBytes(32).toString('hex');

  get height(): number {
    return this.#height;
  }

  /** 64 hex digits. */
  get blockHash(): string {
    return this.#blockHash;
  }

  get nodes(): readonly ServiceNode[] {
    return [...this.#nodes.values()];
  }

  get(pubkeyEd25519: string): ServiceNode | undefined {
    return this.#nodes.get(pubkeyEd25519);
  }

  membersOf(swarmId: bigint): readonly ServiceNode[] {
    return this.nodes.filter((node) => node.swarmId === swarmId);
  }

  /** Adds nodes, or replaces those with the same Ed25519 key, in one block. */
  put(nodes: Iterable<ServiceNode>): void {
    for (const node of nodes) this.#nodes.set(node.pubkeyEd25519, node);
    this.advance();
  }

  remove(pubkeyEd25519: string): boolean {
    const existed = this.#nodes.delete(pubkeyEd25519);
    if (existed) this.advance();
    return existed;
  }

  /** A block in which nothing changed. */
  advance(): void {
    this.#height++;
    this.#blockHash = createHash('sha256').update(this.#blockHash).digest('hex');
  }
}
