import { monitorString, unsubscribeString } from '../../../test/stubs/wire/signed-strings.ts';
import { verifies } from '../../../test/stubs/wire/sodium.ts';
import { bytesOf, type RunningServer, startServer } from './server.ts';

export type Item = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Relay extends RunningServer {
  /** One line for each registration: account, service, token. */
  readonly registered: ReadonlySet<string>;
  /** Every item that came, in order. */
  readonly items: readonly Item[];
  /** What to answer instead of carrying a request out; `null` to carry it out. */
  instead: (path: string, items: readonly Item[]) => Reply | null;
  /** What `GET /openapi.json` gives; `null`: 404. */
  document: unknown;
  carryOut(path: string, body: Buffer): Reply;
}

/** Answers as a relay does: registers, renews, removes, and refuses a signature that libsodium does not accept. */
export async function startRelay(): Promise<Relay> {
  const registered = new Set<string>();
  const items: Item[] = [];
  const server = await startServer(async (request, response) => {
    const body = await bytesOf(request);
    const isDocument = request.method === 'GET' && request.url === '/openapi.json' && relay.document !== null;
    const {
      status,
      headers,
      body: text,
    }: Reply = isDocument
      ? { status: 200, body: JSON.stringify(relay.document) }
      : request.method === 'POST'
        ? relay.carryOut(request.url ?? '', body)
        : { status: 404, body: '{"error":1,"message":"there is nothing at this path"}' };
    response.writeHead(status, headers).end(text);
  });
  const relay: Relay = {
    ...server,
    registered,
    items,
    instead: () => null,
    document: null,
    carryOut: (path, body) => {
      const list = JSON.parse(body.toString()) as readonly Item[];
      items.push(...list);
      const answers = (): object[] => list.map((item) => answerTo(path, item, registered));
      return relay.instead(path, list) ?? { status: 200, body: JSON.stringify(answers()) };
    },
  };
  return relay;
}

function answerTo(path: string, item: Item, registered: Set<string>): object {
  const { pubkey, session_ed25519: key, sig_ts: signedAt, signature, namespaces, data, service, service_info } = item;
  const account = Buffer.from(String(pubkey), 'hex');
  const text =
    path === '/subscribe'
      ? monitorString(account, Number(signedAt), data === true, namespaces as readonly number[])
      : unsubscribeString(account, Number(signedAt));
  if (!verifies(Buffer.from(String(signature), 'hex'), text, Buffer.from(String(key), 'hex'))) {
    return { error: 4, message: 'signature does not verify' };
  }
  const name = [pubkey, service, (service_info as Item)['token']].join(' ');
  if (path === '/unsubscribe') return { success: true, removed: registered.delete(name), message: 'done' };
  const isNew = !registered.has(name);
  registered.add(name);
  return { success: true, ...(isNew ? { added: true } : { updated: true }), message: 'done' };
}
