/**
 * A swarm for the watcher, listed by an oxend of its own, and as many nodes for the bare receiver; both are sent the same
 * frames. Orders: `prepare`, with a {@link ReportOrder}, and `send {to}`, answered when all frames are handed over.
 */
import { startOxend } from '../../stubs/oxend/oxend.ts';
import { messageHash } from '../../stubs/storage-node/mailbox.ts';
import { notifyBody } from '../../stubs/storage-node/notifier.ts';
import { blake2b256, randomBytes } from '../../stubs/wire/sodium.ts';
import { phoneAt } from '../population.ts';
import { MEMBERS, MESSAGE_BYTES, type NodesReady, type Receiver, type ReportOrder } from '../reports.ts';
import { type BenchNode, startBenchNode } from './bench-node.ts';
import { serveOrders } from './serve-orders.ts';

const LIFETIME_MS = 14 * 86_400_000;
const SWARM = 0n;

await serveOrders(async () => {
  await using starting = new AsyncDisposableStack();
  const startSwarm = (): Promise<readonly BenchNode[]> =>
    Promise.all(Array.from({ length: MEMBERS }, async () => starting.use(await startBenchNode(randomBytes(32)))));
  const swarms: Readonly<Record<Receiver, readonly BenchNode[]>> = {
    watcher: await startSwarm(),
    bare: await startSwarm(),
  };
  const oxend = starting.use(await startOxend());
  oxend.list.put(swarms.watcher.map((node) => node.describe(SWARM)));
  const accountAt = rememberedAccounts();
  let bodies: readonly Buffer[] = [];
  const bareNodes = swarms.bare.map((node) => {
    const { pubkeyX25519, omqPort } = node.describe(SWARM);
    return { pubkeyX25519, omqPort };
  });
  const running = starting.move();
  return {
    ready: { oxendUrl: oxend.rpcUrl, bareNodes } satisfies NodesReady,
    orders: {
      prepare: async ({ seed, count, round, storedMs }: ReportOrder) => {
        bodies = Array.from({ length: count }, (_, index) => {
          const account = accountAt(seed, index);
          const data = Buffer.alloc(MESSAGE_BYTES, blake2b256(`bench message ${round} ${index}`, seed));
          const hash = messageHash(account, 0, data);
          const expiryMs = storedMs + LIFETIME_MS;
          return notifyBody({ account, hash, namespace: 0, timestampMs: storedMs, expiryMs, data }, true);
        });
      },
      send: async ({ to }: { to: Receiver }) => {
        await Promise.all(swarms[to].map((node) => node.send(bodies)));
      },
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
});

/** Deriving an account takes longer than all the rest of its message. */
function rememberedAccounts(): (seed: string, index: number) => Buffer {
  const accounts = new Map<number, Buffer>();
  return (seed, index) => {
    const account = accounts.get(index) ?? phoneAt(seed, index).account.account;
    accounts.set(index, account);
    return account;
  };
}
