/** The bare receiver: one DEALER with CURVE for each node and a loop that counts. Order: `connect {nodes}`. */
import { Context, Dealer } from 'zeromq';
import { ed25519FromSeed, randomBytes, x25519PairOf } from '../../stubs/wire/sodium.ts';
import type { BareNode } from '../reports.ts';
import { serveOrders } from './serve-orders.ts';

/** What the watcher's links have. */
const RECEIVE_HIGH_WATER_MARK = 100_000;

await serveOrders(async () => {
  const context = new Context();
  const sockets: Dealer[] = [];
  let received = 0;

  const connect = async ({ pubkeyX25519, omqPort }: BareNode): Promise<void> => {
    const keys = x25519PairOf(ed25519FromSeed(randomBytes(32)));
    const socket = new Dealer({ context, linger: 0, receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK });
    Object.assign(socket, {
      curveServerKey: Buffer.from(pubkeyX25519, 'hex'),
      curvePublicKey: keys.publicKey,
      curveSecretKey: keys.secretKey,
    });
    sockets.push(socket);
    socket.connect(`tcp://127.0.0.1:${omqPort}`);
    await socket.send(['HI']);
    await socket.receive();
    void receive(socket);
  };
  const receive = async (socket: Dealer): Promise<void> => {
    for await (const parts of socket) if (parts.length === 2) received += 1;
  };

  return {
    counts: () => ({ bench_received_total: received }),
    orders: {
      connect: async ({ nodes }: { nodes: readonly BareNode[] }) => {
        await Promise.all(nodes.map(connect));
      },
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.close();
    },
  };
});
