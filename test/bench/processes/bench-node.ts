import { Router } from 'zeromq';
import { monitorMessages } from '../../stubs/storage-node/monitor-messages.ts';
import { Subscriptions } from '../../stubs/storage-node/subscriptions.ts';
import type { ServiceNode } from '../../stubs/wire/service-nodes.ts';
import { ed25519FromSeed, x25519PairOf } from '../../stubs/wire/sodium.ts';

export interface BenchNode extends AsyncDisposable {
  /** The entry for oxend's list. */
  describe(swarmId: bigint): ServiceNode;
  /** To the one peer that has spoken last, as fast as it takes them: nothing is lost, unlike with a real node. */
  send(bodies: readonly Buffer[]): Promise<void>;
}

/** A storage node that can do nothing but accept subscriptions and report. Serves one peer. */
export async function startBenchNode(seed: Uint8Array): Promise<BenchNode> {
  const ed25519 = ed25519FromSeed(seed);
  const x25519 = x25519PairOf(ed25519);
  const socket = new Router({
    // A full queue makes a mandatory ROUTER wait for its peer; another one would drop.
    mandatory: true,
    handover: true,
    curveServer: true,
    curvePublicKey: x25519.publicKey as unknown as string,
    curveSecretKey: x25519.secretKey as unknown as string,
    linger: 0,
  });
  await socket.bind('tcp://127.0.0.1:0');
  const subscriptions = new Subscriptions();
  let peer: Buffer | null = null;

  const answer = async (): Promise<void> => {
    for await (const [route, name, tag, ...parts] of socket) {
      if (route === undefined || name === undefined) continue;
      peer = route;
      if (name.equals(HI)) await socket.send([route, 'HELLO']);
      if (!name.equals(MONITOR) || tag === undefined) continue;
      const verdict = await monitorMessages(subscriptions, route, parts, () => Date.now());
      await socket.send([route, 'REPLY', tag, verdict]);
    }
  };
  const answering = answer();
  return {
    describe: (swarmId) => ({
      pubkeyEd25519: ed25519.publicKey.toString('hex'),
      pubkeyX25519: x25519.publicKey.toString('hex'),
      ip: '127.0.0.1',
      httpPort: 1,
      omqPort: Number(socket.lastEndpoint?.split(':').at(-1)),
      swarmId,
      isActive: true,
    }),
    send: async (bodies) => {
      if (peer === null) throw new Error('nobody listens to this node');
      for (const body of bodies) await socket.send([peer, 'notify.message', body]);
    },
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await answering;
    },
  };
}

const HI = Buffer.from('HI');
const MONITOR = Buffer.from('monitor.messages');
