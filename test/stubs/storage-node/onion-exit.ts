import * as http from 'node:http';
import * as https from 'node:https';

/** Status and body of the answer to an onion request, as it goes back through the hops. */
export interface OnionAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export const onionAnswer = (status: number, text: string): OnionAnswer => ({ status, body: Buffer.from(text) });

/** A server outside the network, and the path that it serves onion requests at. */
export interface OnionServer {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly target: string;
}

/** More would not fit into an OxenMQ message together with what is around it. */
const MAX_ANSWER_BYTES = 10_000_000;
const MAX_UNDER_WAY = 500;
const MAX_CONNECTIONS = 100;

/** The last node's part: POSTs to servers, each time over a connection of its own, and follows no redirects. */
export class OnionExit implements AsyncDisposable {
  readonly #timeoutMs: number;
  readonly #underWay = new Set<http.ClientRequest>();
  #connections: string[] = [];

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** `address:port` of this side of the connections to servers, the newest hundred, oldest first. */
  get connections(): readonly string[] {
    return this.#connections;
  }

  /** The server's status and body as they are; 502 when it can't be reached or breaks off, 504 when it is too slow. */
  async post(server: OnionServer, body: Buffer): Promise<OnionAnswer> {
    if (this.#underWay.size >= MAX_UNDER_WAY) return onionAnswer(503, 'Too many requests to servers');
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      const answer = await answerIn(await responseTo(this.#send(server, body, signal)));
      // A body without a length ends where the connection was cut.
      if (!signal.aborted) return answer;
    } catch {
      if (!signal.aborted) return onionAnswer(502, 'Server cannot be reached');
    }
    return onionAnswer(504, 'Server took too long');
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const request of this.#underWay) request.destroy();
    return Promise.resolve();
  }

  #send({ protocol, host, port, target }: OnionServer, body: Buffer, signal: AbortSignal): http.ClientRequest {
    const { request: open } = protocol === 'https' ? https : http;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length };
    const request = open({ host, port, path: target, method: 'POST', headers, agent: false, signal });
    this.#underWay.add(request);
    request.once('close', () => this.#underWay.delete(request));
    // Whatever it is, the request is closed after it, and a response under way is cut.
    request.on('error', () => {});
    request.once('socket', (socket) => {
      socket.once('connect', () => this.#remember(`${socket.localAddress}:${socket.localPort}`));
    });
    return request.end(body);
  }

  #remember(connection: string): void {
    this.#connections = [...this.#connections, connection].slice(-MAX_CONNECTIONS);
  }
}

/** Rejects when the request ends without one, of which not every way is an error to Node. */
function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('close', () => reject(new Error('closed without a response')));
  });
}

async function answerIn(response: http.IncomingMessage): Promise<OnionAnswer> {
  const { statusCode: status = 0 } = response;
  if (status < 200 || status > 599) throw new Error('no status that can be passed on');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > MAX_ANSWER_BYTES) return onionAnswer(502, 'Server answered too much');
    chunks.push(chunk);
  }
  return { status, body: Buffer.concat(chunks) };
}
