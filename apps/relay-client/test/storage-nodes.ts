import { bdecode, bencode } from '../../../test/stubs/wire/bencode.ts';
import { openLayer, readFrame, sealedIn } from '../../../test/stubs/wire/onion.ts';
import { encryptLayer, type LayerKey } from '../../../test/stubs/wire/onion-cipher.ts';
import { type KeyPair, randomBytes, x25519Pair } from '../../../test/stubs/wire/sodium.ts';
import type { Relay } from './relay.ts';
import { bytesOf, type Listener, startServer } from './server.ts';

export interface StorageNodes extends AsyncDisposable {
  /** The relay's public onion key. */
  readonly onionKey: string;
  /** Of oxend, without a path. */
  readonly oxendUrl: string;
  /** What oxend lists. */
  readonly listed: ListedNode[];
  /** What nodes were told beside their ciphertexts, in the order of the path. */
  readonly told: readonly Readonly<Record<string, unknown>>[];
  /** What oxend does instead of listing. */
  instead: Listener | null;
  /** The status that the first node answers with instead of passing on; `silent`: it does not answer. */
  failure: number | 'silent' | null;
}

export interface ListedNode {
  readonly pubkey_ed25519: string;
  readonly pubkey_x25519: string;
  readonly public_ip: string;
  storage_port: number;
  /** Digits and `n`. */
  readonly swarm_id: string;
}

/** Three nodes and an oxend that lists them, and a relay's end of onion requests, by libsodium; all on one port. */
export async function startStorageNodes(relay: Relay): Promise<StorageNodes> {
  const onion = x25519Pair();
  const told: Readonly<Record<string, unknown>>[] = [];
  const keys = new Map<string, KeyPair>();

  const carry = (body: Buffer): Buffer | null => {
    let layer = body;
    for (const key of pathOf(body)) {
      const next = open(layer, key);
      if (next === null) return null;
      layer = next.plaintext;
      told.push(readFrame(layer)?.json ?? {});
    }
    const inner = open(layer, onion);
    return inner === null ? null : answerInside(relay, inner.plaintext, inner.answerKey);
  };
  /** Whoever opens the outer layer is the guard, and so on: nodes of a real path know their own keys. */
  const pathOf = (body: Buffer): readonly KeyPair[] => {
    const path: KeyPair[] = [];
    let layer = body;
    for (let hop = 0; hop < 3; hop += 1) {
      const owner = [...keys.values()].find((key) => open(layer, key) !== null);
      if (owner === undefined) break;
      path.push(owner);
      layer = open(layer, owner)?.plaintext ?? layer;
    }
    return path;
  };

  const server = await startServer(async (request, response) => {
    const body = await bytesOf(request);
    if (request.url === '/json_rpc' && nodes.instead !== null) return nodes.instead(request, response);
    if (request.url === '/json_rpc') {
      const result = { service_node_states: nodes.listed, block_hash: 'ab', height: 1 };
      // Written as oxend does: a swarm id has more digits than a JavaScript number holds.
      const text = JSON.stringify({ jsonrpc: '2.0', id: 0, result }).replaceAll(/"(\d{15,})n"/g, '$1');
      response.end(text);
      return;
    }
    const answer = request.url === '/onion_req/v2' && nodes.failure === null ? carry(body) : null;
    if (nodes.failure === 'silent') return;
    if (nodes.failure !== null) response.writeHead(nodes.failure).end('Something went wrong');
    else if (answer === null) response.writeHead(400).end('Invalid ciphertext');
    else response.end(answer);
  });

  const node = (changes: Partial<ListedNode> = {}): ListedNode => {
    const key = x25519Pair();
    const ed25519 = randomBytes(32).toString('hex');
    keys.set(ed25519, key);
    return {
      pubkey_ed25519: ed25519,
      pubkey_x25519: key.publicKey.toString('hex'),
      public_ip: '127.0.0.1',
      storage_port: server.port,
      swarm_id: '12345678901234567890n',
      ...changes,
    };
  };
  const nodes: StorageNodes = {
    onionKey: onion.publicKey.toString('hex'),
    oxendUrl: server.url,
    listed: [
      node({ public_ip: '0.0.0.0' }),
      node(),
      node({ storage_port: 0 }),
      node({ pubkey_x25519: '' }),
      node(),
      node({ swarm_id: '18446744073709551615n' }),
      node(),
    ],
    told,
    instead: null,
    failure: null,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return nodes;
}

function open(layer: Buffer, key: KeyPair): ReturnType<typeof openLayer> {
  const frame = readFrame(layer);
  const sealed = frame === null ? null : sealedIn(frame);
  return sealed === null ? null : openLayer(sealed, key);
}

function answerInside(relay: Relay, plaintext: Buffer, key: LayerKey): Buffer {
  const [metadata, body] = bdecode(plaintext) as readonly [Buffer, Buffer];
  const { endpoint } = JSON.parse(metadata.toString()) as { readonly endpoint: string };
  const { status, headers = {}, body: text } = relay.carryOut(endpoint, body);
  return encryptLayer(bencode([JSON.stringify({ code: status, headers }), text]), key);
}
