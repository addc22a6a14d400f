import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BehaviourRule } from './behaviour-book.ts';
import type { Push } from './push.ts';
import type { PushLog } from './push-log.ts';

export interface ControlOptions<B> {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly log: PushLog;
  /** The behaviour that JSON stands for, or `null` when it stands for none. */
  readonly readBehaviour: (value: unknown) => B | null;
  readonly behave: (rule: BehaviourRule<B>) => void;
}

export interface ControlServer extends AsyncDisposable {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

const MAX_BODY_BYTES = 10_000;
const LONGEST_POLL_MS = 60_000;

/**
 * Plain HTTP beside a stub provider:
 * - `GET /health` → 204.
 * - `GET /pushes?since=N` → accepted pushes with a greater `seq`, as a JSON list.
 * - `GET /devices/<token>/next?after=N&timeoutMs=…` → the token's next push, or 204 when none came in time.
 * - `POST /behaviour` `{"token": "…" | null, "behaviour": … | null, "times": 3}` → 204; see {@link BehaviourRule}.
 *
 * A push is `{seq, token, receivedAtMs, headers, payloadBase64}`.
 */
export async function startControlServer<B>(options: ControlOptions<B>): Promise<ControlServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, body?: unknown): void => {
      response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    handle(request, response, options, reply).catch(() => response.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Reply = (status: number, body?: unknown) => void;

async function handle<B>(
  request: IncomingMessage,
  response: ServerResponse,
  { log, readBehaviour, behave }: ControlOptions<B>,
  reply: Reply,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub');
  const number = (name: string, otherwise: number): number => Number(searchParams.get(name) ?? otherwise);
  const device = /^\/devices\/([^/]+)\/next$/.exec(pathname)?.[1];
  if (request.method === 'GET' && pathname === '/health') reply(204);
  else if (request.method === 'GET' && pathname === '/pushes') reply(200, log.since(number('since', 0)).map(render));
  else if (request.method === 'GET' && device !== undefined) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const push = await log.next(decodeURIComponent(device), {
      after: number('after', 0),
      timeoutMs: Math.min(number('timeoutMs', 10_000), LONGEST_POLL_MS),
      signal: gone.signal,
    });
    if (push === null) reply(204);
    else reply(200, render(push));
  } else if (request.method === 'POST' && pathname === '/behaviour') {
    const rule = readRule(await readBody(request), readBehaviour);
    if (rule === null) reply(400, { error: 'not a behaviour' });
    else {
      behave(rule);
      reply(204);
    }
  } else reply(404, { error: 'not found' });
}

const render = ({ payload, ...push }: Push): object => ({ ...push, payloadBase64: payload.toString('base64') });

function readRule<B>(body: string, readBehaviour: (value: unknown) => B | null): BehaviourRule<B> | null {
  const given = parseObject(body);
  if (given === null) return null;
  const { token = null, behaviour, times } = given;
  if (token !== null && typeof token !== 'string') return null;
  if (times !== undefined && !Number.isSafeInteger(times)) return null;
  const read = behaviour === null ? null : readBehaviour(behaviour);
  if (read === null && behaviour !== null) return null;
  return { token, behaviour: read, ...(times === undefined ? {} : { times: times as number }) };
}

function parseObject(text: string): { readonly [name: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : null;
  } catch {
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error('body too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
