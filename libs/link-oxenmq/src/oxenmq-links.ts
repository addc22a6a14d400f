import { randomBytes } from 'node:crypto';
import type { Ledger } from '@push/ledger';
import { type LinkFactory, reconnectDelayMs } from '@push/watch';
import { Context } from 'zeromq';
import { Connection } from './connection.ts';
import { linkIdentity } from './identity.ts';
import { OxenmqLink } from './oxenmq-link.ts';

export interface OxenmqOptions {
  /** 32 secret bytes from which our identity towards each node is derived. */
  readonly secret: Uint8Array;
  readonly ledger: Ledger;
}

/** Each link takes two, the second for its events; libzmq's own limit is 65,535. */
const MAX_SOCKETS = 20_000;

/** Links to storage nodes over OxenMQ's wire: a ZeroMQ DEALER with CURVE for each node. */
export function createOxenmqLinks({ secret, ledger }: OxenmqOptions): LinkFactory {
  const context = new Context({ maxSockets: MAX_SOCKETS, blocky: false });
  const instanceId = randomBytes(16);
  const open = new Set<OxenmqLink>();
  return {
    open: (node, handler) => {
      const identity = linkIdentity(secret, instanceId, node.key);
      const link = new OxenmqLink({
        connect: (connectionHandler) => new Connection(context, node, identity, connectionHandler),
        handler,
        delayMs: (failures) => reconnectDelayMs(failures, Math.random),
        fault: (error) => ledger.fault(error),
      });
      open.add(link);
      return {
        request: (command, body, timeoutMs) => link.request(command, body, timeoutMs),
        close: () => {
          link.close();
          open.delete(link);
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const link of open) link.close();
      open.clear();
    },
  };
}
