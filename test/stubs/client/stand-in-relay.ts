import { bdecode, bencode } from '../wire/bencode.ts';
import { type HttpAnswer, type HttpRequest, startHttpServer } from '../wire/http-server.ts';
import { openLayer, readFrame, sealedIn } from '../wire/onion.ts';
import { encryptLayer } from '../wire/onion-cipher.ts';
import { x25519Pair } from '../wire/sodium.ts';

/** What came to a relay: the request as it was posted, and what only its key opens. */
export interface Arrival extends HttpRequest {
  readonly plaintext: Buffer;
  /** The two parts of the plaintext. */
  readonly metadata: unknown;
  readonly content: string;
}

interface Reply {
  readonly code: number;
  readonly body: string;
}

/** A relay reduced to its wire: opens onion requests with a key of its own and answers them as it is told. */
export interface StandInRelay extends AsyncDisposable {
  readonly url: string;
  /** 64 hex digits. */
  readonly onionKey: string;
  readonly arrivals: readonly Arrival[];
  /** Says what is in the answers from now on. */
  answerWith(reply: (arrival: Arrival) => Reply): void;
  /** Answers from now on without opening anything. */
  misbehave(answer: () => HttpAnswer | Promise<HttpAnswer>): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startStandInRelay(): Promise<StandInRelay> {
  const keys = x25519Pair();
  const arrivals: Arrival[] = [];
  let reply = (arrival: Arrival): Reply => ({ code: 200, body: `got ${arrival.content}` });
  let misbehaviour: (() => HttpAnswer | Promise<HttpAnswer>) | null = null;

  const answer = (request: HttpRequest): HttpAnswer => {
    const frame = readFrame(request.body);
    const sealed = frame === null ? null : sealedIn(frame);
    const opened = sealed === null ? null : openLayer(sealed, keys);
    if (opened === null) return { status: 400, body: 'cannot be opened' };
    const { plaintext, answerKey } = opened;
    const [metadata = Buffer.from('null'), content = ''] = bdecode(plaintext) as readonly Buffer[];
    const arrival = { ...request, plaintext, metadata: JSON.parse(String(metadata)), content: String(content) };
    arrivals.push(arrival);
    const { code, body } = reply(arrival);
    const headers = { 'content-type': 'application/json' };
    const message = bencode([JSON.stringify({ code, headers }), body]);
    return { status: 200, body: encryptLayer(message, answerKey), contentType: 'application/octet-stream' };
  };
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 200_000,
    handle: (request) => misbehaviour?.() ?? answer(request),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    onionKey: keys.publicKey.toString('hex'),
    arrivals,
    answerWith: (next) => {
      reply = next;
      misbehaviour = null;
    },
    misbehave: (next) => {
      misbehaviour = next;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
