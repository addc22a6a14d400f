import { fetchServiceNodes } from '../wire/service-nodes.ts';
import { swarmOf } from '../wire/swarm-space.ts';

/** A storage node refused a call for a reason that another one would share. */
export class StorageRefusal extends Error {
  readonly code = 'STORAGE_REFUSAL';
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`the swarm refused with ${status}: ${reason}`);
    this.status = status;
  }
}

const TIMEOUT_MS = 10_000;
const WRONG_SWARM = 421;

/** Base URLs of the members of an account's swarm, by oxend's list. */
export async function locateSwarm(oxendUrl: string, account: Uint8Array): Promise<readonly string[]> {
  const listed = await fetchServiceNodes(oxendUrl, null);
  const nodes = listed.kind === 'listed' ? listed.nodes : [];
  const swarm = swarmOf(account, new Set(nodes.map(({ swarmId }) => swarmId)));
  return nodes
    .filter(({ swarmId, ip, httpPort }) => swarmId === swarm && ip !== '' && ip !== '0.0.0.0' && httpPort > 0)
    .map(({ ip, httpPort }) => `http://${ip}:${httpPort}`);
}

/** The same, by asking any storage node. */
export async function askSwarm(nodeUrl: string, account: Uint8Array): Promise<readonly string[]> {
  const answer = await call(nodeUrl, 'get_swarm', { pubkey: Buffer.from(account).toString('hex') });
  return answer.status === 200 ? membersIn(JSON.parse(answer.text)) : [];
}

/**
 * Makes a call at one member of a swarm after the other, in random order, until one answers; follows a member that
 * knows a better swarm. Throws `StorageRefusal`, or an error when nobody answers.
 */
export async function callSwarm<Answer>(members: readonly string[], method: string, params: object): Promise<Answer> {
  const waiting = members.toSorted(() => Math.random() - 0.5);
  const asked = new Set<string>();
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (asked.has(url)) continue;
    asked.add(url);
    const answer = await call(url, method, params).catch(() => null);
    if (answer === null || answer.status >= 500) continue;
    if (answer.status === 200) return JSON.parse(answer.text) as Answer;
    if (answer.status !== WRONG_SWARM) throw new StorageRefusal(answer.status, answer.text);
    waiting.push(...membersIn(JSON.parse(answer.text)));
  }
  throw new Error('no member of the swarm answered');
}

async function call(
  url: string,
  method: string,
  params: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}/storage_rpc/v1`, {
    method: 'POST',
    body: JSON.stringify({ method, params }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, text: await response.text() };
}

const membersIn = ({ snodes }: { readonly snodes: readonly { readonly ip: string; readonly port_https: number }[] }) =>
  snodes.map(({ ip, port_https: port }) => `http://${ip}:${port}`);
