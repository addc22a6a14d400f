import { idIn, type ServiceNode } from '../wire/service-nodes.ts';
import { NO_SWARM } from '../wire/swarm-space.ts';
import type { NodeList } from './node-list.ts';

/** One change of swarms, in one block. `NO_SWARM` as a target decommissions. */
export type Reshuffle =
  | { readonly action: 'move'; readonly node: string; readonly swarm: bigint }
  /** The second half of the members founds a new swarm half-way to the next one on the ring. */
  | { readonly action: 'split'; readonly swarm: bigint }
  /** All members of one swarm join another; the first ceases to exist and its neighbours take its accounts. */
  | { readonly action: 'merge'; readonly swarm: bigint; readonly into: bigint };

/** Carries it out; returns what is wrong with it, or null. */
export function reshuffle(list: NodeList, change: Reshuffle): string | null {
  const moved = plan(list, change);
  if (moved.length === 0) return 'no such node or swarm, or too few members';
  list.put(moved);
  return null;
}

function plan(list: NodeList, change: Reshuffle): readonly ServiceNode[] {
  switch (change.action) {
    case 'move': {
      const node = list.get(change.node);
      return node === undefined ? [] : [inSwarm(change.swarm)(node)];
    }
    case 'split': {
      const members = list.membersOf(change.swarm);
      const swarmId = halfWayAfter(list, change.swarm);
      return members.length < 2 ? [] : members.slice(Math.ceil(members.length / 2)).map(inSwarm(swarmId));
    }
    case 'merge':
      return list.membersOf(change.swarm).map(inSwarm(change.into));
    default:
      return change satisfies never;
  }
}

const inSwarm =
  (swarmId: bigint) =>
  (node: ServiceNode): ServiceNode => ({ ...node, swarmId });

function halfWayAfter(list: NodeList, swarm: bigint): bigint {
  const ring = 1n << 64n;
  const gaps = list.nodes
    .filter((node) => node.swarmId !== NO_SWARM && node.swarmId !== swarm)
    .map((node) => (node.swarmId - swarm + ring) % ring);
  const gap = gaps.reduce((least, candidate) => (candidate < least ? candidate : least), ring);
  return (swarm + gap / 2n) % ring;
}

/** A change as the control endpoint takes it, swarm ids as decimal text; null when it is none. */
export function readReshuffle(body: Readonly<Record<string, unknown>> | null): Reshuffle | null {
  const swarm = idIn(body?.['swarm']);
  const into = idIn(body?.['into']);
  const node = body?.['node'];
  if (swarm === null) return null;
  if (body?.['action'] === 'split') return { action: 'split', swarm };
  if (body?.['action'] === 'merge' && into !== null) return { action: 'merge', swarm, into };
  if (body?.['action'] === 'move' && typeof node === 'string') return { action: 'move', node, swarm };
  return null;
}
