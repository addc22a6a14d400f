import { randomBytes } from 'node:crypto';
import type { Ledger } from '@push/ledger';
import type { LinkFactory } from '@push/watch';
import { Context } from 'zeromq';
import { Connection } from './connection.ts';
import { linkIdentity } from './identity.ts';
import { localLimitOf } from './local-limit.ts';
import { OxenmqLink } from './oxenmq-link.ts';
import { retryDelayMs } from './retry-delay.ts';
import { Turns } from './turns.ts';

export interface OxenmqOptions {
  /** 32 secret bytes from which our identity towards each node is derived. */
  readonly secret: Uint8Array;
  readonly ledger: Ledger;
}

/** Each link takes two, the second for its events; libzmq's own limit is 65,535. */
const MAX_SOCKETS = 20_000;
/** An attempt at a node that does not answer takes ten seconds; a network of 2,000 nodes is gone through in 80. */
const MOST_ATTEMPTS = 256;
const LIMIT_TOLD_EVERY_MS = 60_000;

/** Links to storage nodes over OxenMQ's wire: a ZeroMQ DEALER with CURVE for each node. */
export function createOxenmqLinks({ secret, ledger }: OxenmqOptions): LinkFactory {
  const context = new Context({ maxSockets: MAX_SOCKETS, blocky: false });
  const instanceId = randomBytes(16);
  const open = new Set<OxenmqLink>();
  const attempts = new Turns(MOST_ATTEMPTS);
  const fault = faultTeller(ledger);
  return {
    open: (node, handler) => {
      const identity = linkIdentity(secret, instanceId, node.key);
      const link = new OxenmqLink({
        connect: (connectionHandler) => new Connection(context, node, identity, connectionHandler),
        handler,
        attempts,
        delayMs: (end, failures) => retryDelayMs(end, failures, Math.random),
        fault,
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

/** Reports what went wrong here. A limit of ours is met by every link at once, and said once for all of them. */
export function faultTeller(ledger: Ledger, nowMs = (): number => performance.now()): (error: unknown) => void {
  let toldMs = -Infinity;
  return (error) => {
    const code = localLimitOf(error);
    if (code === null) return ledger.fault(error);
    if (nowMs() - toldMs < LIMIT_TOLD_EVERY_MS) return;
    toldMs = nowMs();
    ledger.record('links.exhausted', { code });
  };
}
