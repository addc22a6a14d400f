import { Agent, request as httpRequest } from 'node:http';
import { wrapForPath } from '../stubs/client/onion-path.ts';
import { subscribeRequest } from '../stubs/client/registration.ts';
import { bdecode, bencode } from '../stubs/wire/bencode.ts';
import { decryptLayer } from '../stubs/wire/onion-cipher.ts';
import type { ServiceNode } from '../stubs/wire/service-nodes.ts';
import { NAMESPACES, phonesAt } from './population.ts';

/** A request that is ready to be sent, and the way to see afterwards whether its registration was added. */
export interface SingleRequest {
  readonly url: string;
  readonly body: Buffer;
  readonly isAdded: (answer: Buffer) => boolean;
}

export interface Newcomers {
  readonly seed: string;
  readonly first: number;
  readonly count: number;
  /** Unix seconds. */
  readonly signedAt: number;
}

export interface OnionWay {
  readonly relayUrl: string;
  readonly onionKey: string;
  /** Empty: what the last node would hand on is sent to the relay at once. */
  readonly path: readonly ServiceNode[];
}

const ADDED = '"added":true';
const CONNECTIONS = 8;

/** One account in each request, as the iOS app sends a single one. */
export function directRequests(relayUrl: string, newcomers: Newcomers): readonly SingleRequest[] {
  const url = `${relayUrl}/subscribe`;
  return bodiesOf(newcomers).map((body) => ({ url, body, isAdded: (answer) => answer.includes(ADDED) }));
}

export function onionRequests({ relayUrl, onionKey, path }: OnionWay, newcomers: Newcomers): readonly SingleRequest[] {
  const [guard] = path;
  const url = guard === undefined ? `${relayUrl}/oxen/v4/lsrpc` : `http://${guard.ip}:${guard.httpPort}/onion_req/v2`;
  const metadata = JSON.stringify({ method: 'POST', endpoint: '/subscribe', headers: {} });
  return bodiesOf(newcomers).map((inside) => {
    const way = { relayUrl, onionKey, encType: 'xchacha20' } as const;
    const { body, answerKey } = wrapForPath(bencode([metadata, inside]), path, way);
    const isAdded = (answer: Buffer): boolean => {
      const list = bdecode(decryptLayer(answer, answerKey) ?? Buffer.from('le'));
      return Array.isArray(list) && Buffer.isBuffer(list[1]) && list[1].includes(ADDED);
    };
    return { url, body, isAdded };
  });
}

function bodiesOf({ seed, first, count, signedAt }: Newcomers): readonly Buffer[] {
  return phonesAt(seed, first, count).map(({ account, device }) =>
    Buffer.from(JSON.stringify(subscribeRequest(account, device, { namespaces: NAMESPACES, signedAt }))),
  );
}

/** Sends them over eight connections at once, one after another on each. Throws unless every registration was added. */
export async function sendAll(requests: readonly SingleRequest[]): Promise<void> {
  using connections = openConnections(CONNECTIONS);
  const waiting = requests.values();
  const answers: { readonly request: SingleRequest; readonly answer: Buffer }[] = [];
  const connection = async (): Promise<void> => {
    for (const request of waiting) answers.push({ request, answer: await connections.post(request.url, request.body) });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  if (!answers.every(({ request, answer }) => request.isAdded(answer))) {
    throw new Error('the relay did not take a registration');
  }
}

/** Connections that are kept, and as little between them and the clock as can be. */
export interface Connections extends Disposable {
  /** The body of the answer, whatever its status. */
  post(url: string, body: Buffer): Promise<Buffer>;
}

export function openConnections(count: number): Connections {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  return {
    post: (url, body) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          url,
          { method: 'POST', agent, headers: { 'content-length': body.length } },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.once('end', () => resolve(Buffer.concat(chunks)));
            answer.once('error', reject);
          },
        );
        sent.once('error', reject);
        sent.end(body);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
