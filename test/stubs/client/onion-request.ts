import { bdecode, bencode } from '../wire/bencode.ts';
import { objectIn } from '../wire/http-server.ts';
import { decryptLayer } from '../wire/onion-cipher.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';
import { type OnionRoute, pathOf, wrapForPath } from './onion-path.ts';

/** A request went into the path and nothing that the relay had written came out of it. */
export class OnionPathFailure extends Error {
  readonly code = 'ONION_PATH_FAILURE';
  /** What the path answered instead; null when the guard did not answer at all. */
  readonly status: number | null;

  constructor(status: number | null, options?: ErrorOptions) {
    super(status === null ? 'the guard of the path does not answer' : `the path answered ${status}`, options);
    this.status = status;
  }
}

/** Makes one `POST /<action>` at the relay and gives what the relay said. */
export type RelayPoster = (action: string, body: string) => Promise<RelayReply>;

interface RelayReply {
  readonly status: number;
  readonly text: string;
}

/** Longer than the patience of any hop, whose own answer says more. */
const TIMEOUT_MS = 40_000;

/** Makes `POST /<action>` calls at a relay, all of them through the same nodes. Throws `OnionPathFailure`. */
export async function onionPoster(route: OnionRoute): Promise<RelayPoster> {
  const path = await pathOf(route);
  return async (action, body) => {
    const metadata = { method: 'POST', endpoint: `/${action}`, headers: { 'content-type': 'application/json' } };
    const wrapped = wrapForPath(bencode([JSON.stringify(metadata), body]), path, route);
    const sealed = await enterPath(path[0], wrapped.body);
    const reply = replyIn(decryptLayer(sealed, wrapped.answerKey));
    // A status of 200 with something else inside can only be some node's doing.
    if (reply === null) throw new OnionPathFailure(200);
    return reply;
  };
}

async function enterPath(guard: ServiceNode | undefined, body: Buffer): Promise<Buffer> {
  const url = `http://${guard?.ip}:${guard?.httpPort}/onion_req/v2`;
  const answer = await post(url, body).catch((cause: unknown) => {
    throw new OnionPathFailure(null, { cause });
  });
  if (answer.status !== 200) throw new OnionPathFailure(answer.status);
  return answer.body;
}

async function post(url: string, body: Buffer): Promise<{ readonly status: number; readonly body: Buffer }> {
  const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

/** The relay's answer: a list of exactly two strings, `{"code":…,"headers":…}` and the body. */
function replyIn(plaintext: Buffer | null): RelayReply | null {
  const parts = plaintext === null ? null : decoded(plaintext);
  if (!Array.isArray(parts) || parts.length !== 2) return null;
  const [metadata, body] = parts as readonly unknown[];
  if (!Buffer.isBuffer(metadata) || !Buffer.isBuffer(body)) return null;
  const code = objectIn(metadata)?.['code'];
  return typeof code === 'number' ? { status: code, text: body.toString() } : null;
}

function decoded(bytes: Buffer): unknown {
  try {
    return bdecode(bytes);
  } catch {
    return null;
  }
}
