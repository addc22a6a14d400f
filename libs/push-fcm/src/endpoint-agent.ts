import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest } from 'node:http';
import { Agent } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';

export interface EndpointAgentOptions {
  /** `https:` origin to connect to, whatever host a request names; `null`: the one it names. */
  readonly url: string | null;
  readonly ca: string | null;
  /** Idle connections kept. */
  readonly maxIdle: number;
}

/** Idle connections are closed before Google (after about four minutes) closes them under a request. */
const IDLE_MS = 60_000;

/**
 * An agent for a library that has no setting for its endpoint and no way to give up on a request: it connects where it
 * is told, and cuts the connection of whoever is {@link during} when the time is up.
 */
export class EndpointAgent extends Agent {
  readonly #flights = new AsyncLocalStorage<AbortSignal>();

  constructor({ url, ca, maxIdle }: EndpointAgentOptions) {
    super({
      keepAlive: true,
      maxFreeSockets: maxIdle,
      scheduling: 'lifo',
      timeout: IDLE_MS,
      // An agent's options win over a request's.
      ...(url === null ? {} : addressOf(url)),
      ...(ca === null ? {} : { ca }),
    });
  }

  /** Runs `send`; every request it makes loses its connection when `signal` aborts. */
  during<T>(signal: AbortSignal, send: () => Promise<T>): Promise<T> {
    return this.#flights.run(signal, send);
  }

  override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    const socket = super.createConnection(...args);
    if (socket) this.#tie(socket);
    return socket;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    this.#tie(socket);
  }

  #tie(socket: Duplex): void {
    const signal = this.#flights.getStore();
    if (signal === undefined) return;
    const cut = (): void => {
      socket.destroy();
    };
    if (signal.aborted) cut();
    signal.addEventListener('abort', cut, { once: true });
  }
}

function addressOf(url: string): { readonly host: string; readonly port: number; readonly servername: string } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 443), servername: isIP(hostname) ? '' : hostname };
}
