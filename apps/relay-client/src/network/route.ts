import { directTransport, onionTransport, type Transport } from '@push/client';
import type { RouteSettings } from '../arguments/read-arguments.ts';
import { postToGuard, postToRelay } from './node-post.ts';
import { randomPath } from './oxend.ts';

export interface Route {
  readonly transport: Transport;
  /** For sentences. */
  readonly words: string;
}

export function routeKind({ onion }: RouteSettings): 'direct' | 'onion' {
  return onion === null ? 'direct' : 'onion';
}

const ONION_TIMEOUT_MS = 30_000;

/** Makes the way to the relay ready; with onion requests that means choosing three nodes, the same for the whole command. */
export async function openRoute({ relayUrl, onion, timeoutMs }: RouteSettings): Promise<Route> {
  if (onion === null) {
    const transport = directTransport({ relayUrl, post: postToRelay, ...(timeoutMs !== null && { timeoutMs }) });
    return { transport, words: 'directly' };
  }
  const { key: onionKey, oxendUrl, nodeScheme, encType } = onion;
  const patienceMs = timeoutMs ?? ONION_TIMEOUT_MS;
  // Before oxend is asked, so that an unusable key is told without it.
  let path: Awaited<ReturnType<typeof randomPath>> | null = null;
  const askOnce = async () => (path ??= await randomPath({ url: oxendUrl, nodeScheme, timeoutMs: patienceMs }));
  const transport = onionTransport({
    relayUrl,
    onionKey,
    encType,
    path: askOnce,
    post: postToGuard,
    timeoutMs: patienceMs,
  });
  await askOnce();
  return { transport, words: `through three storage nodes, ${encType}` };
}
