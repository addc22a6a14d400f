import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Between a client and its Redis, on the real wire: passes everything on until a chosen command, then cuts all
 * connections and refuses new ones, as when a process or its network dies between two writes.
 */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Names of the commands that were passed on, without those that set up a connection. */
  readonly commands: readonly string[];
  /** How many times the client sent something: at least its number of round trips. */
  readonly batches: number;
  /** `before`: the `count`th command from now never arrives. `after`: it is carried out, but its answer is lost. */
  cutAt(count: number, when: 'before' | 'after'): void;
  /** Resolves once the cut has happened. */
  readonly cut: Promise<void>;
}

const SETTING_UP = new Set(['HELLO', 'AUTH', 'CLIENT', 'INFO', 'SELECT', 'PING', 'QUIT', 'COMMAND']);

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let plan: { left: number; readonly when: 'before' | 'after' } | null = null;
  let isCut = false;
  let batches = 0;
  let announceCut: () => void = () => {};
  const cut = new Promise<void>((resolve) => {
    announceCut = resolve;
  });
  const cutAll = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
    announceCut();
  };

  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let isSwallowing = false;
    let pending = Buffer.alloc(0);
    upstream.on('data', (data) => {
      if (isSwallowing) cutAll();
      else client.write(data);
    });
    client.on('data', (data) => {
      batches += 1;
      pending = Buffer.concat([pending, data]);
      for (let next = takeCommand(pending); next !== null && !isSwallowing; next = takeCommand(pending)) {
        pending = pending.subarray(next.length);
        if (!SETTING_UP.has(next.name)) {
          if (plan !== null && --plan.left === 0) {
            if (plan.when === 'before') return cutAll();
            isSwallowing = true;
          }
          commands.push(next.name);
        }
        upstream.write(next.bytes);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    commands,
    get batches() {
      return batches;
    },
    cutAt: (left, when) => {
      plan = { left, when };
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Command {
  readonly name: string;
  readonly bytes: Buffer;
  readonly length: number;
}

/** The first whole command (a RESP array of bulk strings) in `bytes`. */
function takeCommand(bytes: Buffer): Command | null {
  const header = lineAt(bytes, 0);
  if (header === null) return null;
  let at = header.end;
  let name = '';
  for (let i = 0; i < Number(header.text.slice(1)); i += 1) {
    const size = lineAt(bytes, at);
    if (size === null) return null;
    const length = Number(size.text.slice(1));
    if (bytes.length < size.end + length + 2) return null;
    if (i === 0) name = bytes.toString('latin1', size.end, size.end + length).toUpperCase();
    at = size.end + length + 2;
  }
  return { name, bytes: bytes.subarray(0, at), length: at };
}

function lineAt(bytes: Buffer, start: number): { readonly text: string; readonly end: number } | null {
  const end = bytes.indexOf('\r\n', start);
  return end === -1 ? null : { text: bytes.toString('latin1', start, end), end: end + 2 };
}
