import { type GuardNode, type OnionPath, type PostAnswer, RelayError } from '@push/client';
import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { AnswerTooLarge, httpExchange } from './http-exchange.ts';

export interface OxendOptions {
  /** Of the JSON-RPC. */
  readonly url: string;
  readonly nodeScheme: 'https' | 'http';
  readonly timeoutMs: number;
}

/** The failure was oxend's: neither a node nor the relay has been asked for anything. */
export class OxendError extends RelayError {}

/** Two thousand nodes are less. */
const MAX_BYTES = 4_000_000;

const FIELDS = { pubkey_ed25519: true, pubkey_x25519: true, public_ip: true, storage_port: true, swarm_id: true };
/** The swarm id of a node that belongs to no swarm yet. */
const NO_SWARM = '18446744073709551615';

/** Three different nodes at random, of those that oxend lists as active. Rejects with {@link OxendError}. */
export async function randomPath({ url, nodeScheme, timeoutMs }: OxendOptions): Promise<OnionPath> {
  const { status, body } = await askOxend(url, timeoutMs);
  if (status !== 200) throw new OxendError('unreadable', `oxend answered with status ${status}`, { status });
  const nodes = distinct(nodesIn(body).flatMap((state) => readNode(state, nodeScheme) ?? []));
  const [guard, middle, exit] = [take(nodes), take(nodes), take(nodes)];
  if (guard === null || middle === null || exit === null) {
    throw new OxendError('path-failed', 'oxend lists fewer than three usable storage nodes');
  }
  return [guard, middle, exit];
}

/** A node that is listed twice must not be two nodes of a path: it would know both the phone and the relay. */
function distinct(nodes: readonly GuardNode[]): GuardNode[] {
  const byX25519 = new Map(nodes.map((node) => [node.x25519.toLowerCase(), node]));
  return [...new Map([...byX25519.values()].map((node) => [node.ed25519.toLowerCase(), node])).values()];
}

async function askOxend(url: string, timeoutMs: number): Promise<PostAnswer> {
  const params = { active_only: true, fields: FIELDS };
  const call = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'get_service_nodes', params });
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await httpExchange(url, { method: 'POST', headers, body: Buffer.from(call), signal, maxBytes: MAX_BYTES });
  } catch (cause) {
    if (signal.aborted) throw new OxendError('timed-out', `oxend did not answer within ${timeoutMs} ms`);
    if (cause instanceof AnswerTooLarge) throw new OxendError('unreadable', `oxend: ${cause.message}`);
    throw new OxendError('unreachable', 'oxend could not be reached', { cause });
  }
}

function nodesIn(body: Uint8Array): readonly unknown[] {
  const answer = parse(body) as { readonly result?: { readonly service_node_states?: unknown } | null } | null;
  const nodes = answer?.result?.service_node_states;
  if (Array.isArray(nodes)) return nodes;
  throw new OxendError('unreadable', 'what answered at --oxend does not list storage nodes');
}

function parse(body: Uint8Array): unknown {
  try {
    // Swarm ids fill 64 bits, more than a JavaScript number holds, so they are read as text.
    return JSON.parse(
      Buffer.from(body)
        .toString('utf8')
        .replaceAll(/("swarm_id":\s*)(\d+)/g, '$1"$2"'),
    );
  } catch {
    return null;
  }
}

function readNode(state: unknown, scheme: 'https' | 'http'): GuardNode | null {
  const { pubkey_ed25519: ed25519, pubkey_x25519: x25519, public_ip: ip, ...rest } = (state ?? {}) as Fields;
  const { storage_port: port, swarm_id: swarm } = rest;
  if (!isKey(ed25519) || !isKey(x25519) || typeof ip !== 'string' || typeof port !== 'number') return null;
  if (swarm === NO_SWARM) return null;
  const version = isIP(ip);
  if (version === 0 || ip === '0.0.0.0' || ip === '::') return null;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  return { ed25519, x25519, url: `${scheme}://${version === 6 ? `[${ip}]` : ip}:${port}` };
}

type Fields = Readonly<Record<string, unknown>>;

function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Fa-f]{64}$/.test(value);
}

/** Takes one out at random; `null` when there is none. */
function take(nodes: GuardNode[]): GuardNode | null {
  return nodes.length === 0 ? null : (nodes.splice(randomInt(nodes.length), 1)[0] ?? null);
}
