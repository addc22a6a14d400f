import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands in front of a listener and notes who connects. What is sent passes through unread. */
export interface Witness extends AsyncDisposable {
  /** Where to connect in place of the listener. */
  readonly url: string;
  /** `address:port` of each connection so far, in order; as the listener would have seen it. */
  readonly visitors: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param target `http://host:port` of the listener. */
export async function startWitness(target: string): Promise<Witness> {
  const { hostname, port } = new URL(target);
  const visitors: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((visitor) => {
    visitors.push(`${visitor.remoteAddress}:${visitor.remotePort}`);
    const listener = connect(Number(port), hostname);
    for (const [from, to] of [
      [visitor, listener],
      [listener, visitor],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visitors,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
