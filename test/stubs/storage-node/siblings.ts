import type { ServiceNode } from '../wire/service-nodes.ts';
import { type StoreRequest, writeStore } from './store-request.ts';

const TIMEOUT_MS = 2_000;

/** What a member of the swarm said to a store, by its Ed25519 key. */
export type SwarmAnswers = Readonly<Record<string, unknown>>;

/**
 * Has siblings keep a message. One that is away costs no more than its own part of the answer. Real nodes do this over
 * OxenMQ; here it is `POST /sibling/v1/store`, which no watcher sees, with the checks of a client's call.
 */
export async function passOn(request: StoreRequest, siblings: readonly ServiceNode[]): Promise<SwarmAnswers> {
  const params = writeStore(request);
  const answers = siblings.map(async (sibling) => {
    const answer = await askNode(sibling, '/sibling/v1/store', params, TIMEOUT_MS);
    return [sibling.pubkeyEd25519, answer ?? { failed: true }] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** The JSON that another node answered with status 200, or null. */
export async function askNode(node: ServiceNode, path: string, body: object, timeoutMs: number): Promise<unknown> {
  try {
    const response = await fetch(`http://${node.ip}:${node.httpPort}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer: unknown = await response.json();
    return response.status === 200 ? answer : null;
  } catch {
    return null;
  }
}
