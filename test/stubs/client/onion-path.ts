import { randomInt } from 'node:crypto';
import { type Sealed, sealLayer, writeFrame } from '../wire/onion.ts';
import { cipherOf, type EncType, type LayerKey } from '../wire/onion-cipher.ts';
import { fetchServiceNodes, isReachable, type ServiceNode } from '../wire/service-nodes.ts';
import { NO_SWARM } from '../wire/swarm-space.ts';

/** How a phone reaches the relay through the network's nodes, so that the relay does not learn its address. */
export type OnionRoute = {
  /** Base URL of the relay, as the last node reaches it. */
  readonly relayUrl: string;
  /** The relay's X25519 key for onion requests, 64 hex digits. */
  readonly onionKey: string;
  /** For every layer. Left out of the request when it is left out here, which means aes-gcm. */
  readonly encType?: EncType;
} & (
  | {
      /** JSON-RPC of the oxend from whose list three nodes are drawn. */
      readonly oxendUrl: string;
    }
  | {
      /** The nodes to go through, in order. */
      readonly path: readonly ServiceNode[];
    }
);

const HOPS = 3;
const TARGET = '/oxen/v4/lsrpc';

/** The nodes to go through, the guard first: those given, or three random ones. Throws when oxend lists too few. */
export async function pathOf(route: OnionRoute): Promise<readonly ServiceNode[]> {
  if ('path' in route) return route.path;
  const listed = await fetchServiceNodes(route.oxendUrl, null);
  const usable = listed.kind === 'listed' ? listed.nodes.filter(isUsable) : [];
  if (usable.length < HOPS) throw new Error(`a path takes ${HOPS} nodes, and oxend lists ${usable.length}`);
  return Array.from({ length: HOPS }, () => usable.splice(randomInt(usable.length), 1)).flat();
}

const isUsable = (node: ServiceNode): boolean => node.isActive && node.swarmId !== NO_SWARM && isReachable(node);

/**
 * Seals a message to the relay and then to every node of a path, last one first: each can open its own layer only, and
 * finds in it where the rest goes. `answerKey` opens what the relay answers, which no node can read.
 */
export function wrapForPath(
  message: Uint8Array,
  path: readonly ServiceNode[],
  { relayUrl, onionKey, encType }: Pick<OnionRoute, 'relayUrl' | 'onionKey' | 'encType'>,
): { readonly body: Buffer; readonly answerKey: LayerKey } {
  const cipher = cipherOf(encType) ?? 'aes-gcm';
  const frame = ({ ciphertext, ephemeralKey }: Sealed, routing: object): Buffer =>
    writeFrame(ciphertext, { ...routing, ephemeral_key: ephemeralKey.toString('hex'), enc_type: encType });
  const forRelay = sealLayer(message, Buffer.from(onionKey, 'hex'), cipher);
  let sealed = forRelay.sealed;
  let routing = serverAt(relayUrl);
  for (const node of path.toReversed()) {
    sealed = sealLayer(frame(sealed, routing), Buffer.from(node.pubkeyX25519, 'hex'), cipher).sealed;
    routing = { destination: node.pubkeyEd25519 };
  }
  return { body: frame(sealed, {}), answerKey: forRelay.answerKey };
}

function serverAt(relayUrl: string): object {
  const { protocol, hostname, port } = new URL(relayUrl);
  const isHttps = protocol === 'https:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    target: TARGET,
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
    protocol: isHttps ? 'https' : 'http',
    method: 'POST',
  };
}
