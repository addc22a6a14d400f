import { expect } from '@jest/globals';
import { type StandInRelay, startStandInRelay } from '../client/stand-in-relay.ts';
import { type Network, startNetwork } from '../network/network.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';
import type { OnionLimits } from './onion-router.ts';
import type { StorageNode } from './storage-node.ts';
import { onionMessage, sendThrough } from './test-onion.ts';

/** Three storage nodes, a path through all of them, and somebody at its end. */
export interface OnionWorld extends AsyncDisposable {
  readonly network: Network;
  readonly relay: StandInRelay;
  readonly nodes: readonly StorageNode[];
  readonly path: readonly [ServiceNode, ServiceNode, ServiceNode];
  /** Whatever was done to them, the nodes go on serving. */
  stillServes(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startOnionWorld(onion: OnionLimits = {}): Promise<OnionWorld> {
  const network = await startNetwork({ swarms: 1, nodesPerSwarm: 3, onion });
  const relay = await startStandInRelay();
  const nodes = network.members.flatMap(({ node }) => node ?? []);
  const path = nodes.map((node) => node.describe('127.0.0.1', 0n)) as unknown as OnionWorld['path'];
  return {
    network,
    relay,
    nodes,
    path,
    stillServes: async () => {
      relay.answerWith(() => ({ code: 200, body: 'still here' }));
      expect((await sendThrough(path, relay, onionMessage('hello?'))).parts[1]).toBe('still here');
    },
    [Symbol.asyncDispose]: async () => {
      await network[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}
