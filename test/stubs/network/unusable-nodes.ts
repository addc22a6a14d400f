import type { ServiceNode } from '../wire/service-nodes.ts';
import { ed25519FromSeed, randomBytes, x25519PairOf } from '../wire/sodium.ts';
import { NO_SWARM } from '../wire/swarm-space.ts';

/** What a real list holds beside working nodes: one without a swarm, one that never said where or who it is, one inactive. */
export function unusableNodes(swarmIds: readonly bigint[]): readonly ServiceNode[] {
  const swarmId = swarmIds[0] ?? NO_SWARM;
  return [
    { ...someNode(), swarmId: NO_SWARM },
    { ...someNode(), swarmId, ip: '0.0.0.0', httpPort: 0, omqPort: 0 },
    { ...someNode(), swarmId, pubkeyX25519: '' },
    { ...someNode(), swarmId: NO_SWARM, isActive: false },
  ];
}

/** Listed at a port of this machine where nobody listens. */
function someNode(): ServiceNode {
  const ed25519 = ed25519FromSeed(randomBytes(32));
  return {
    pubkeyEd25519: ed25519.publicKey.toString('hex'),
    pubkeyX25519: x25519PairOf(ed25519).publicKey.toString('hex'),
    ip: '127.0.0.1',
    httpPort: 1,
    omqPort: 1,
    swarmId: NO_SWARM,
    isActive: true,
  };
}
