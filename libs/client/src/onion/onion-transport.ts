import { randomBytes } from '@noble/hashes/utils.js';
import { asRecord, hexBytes, parseJson, type RandomBytes, utf8Bytes } from '../bytes.ts';
import { checkTimeout, exchange } from '../exchange.ts';
import { fetchPost } from '../fetch-post.ts';
import { headerView } from '../header-view.ts';
import { InputError } from '../input-error.ts';
import { RelayError } from '../relay-error.ts';
import { type RelayOrigin, relayOrigin } from '../relay-url.ts';
import type { Post, RelayRequest, RelayResponse, Transport } from '../transport.ts';
import { decodePair, encodePair } from './bencoded-pair.ts';
import { type EncType, layerKey, type SealedLayer, sealLayer } from './layer.ts';
import { frame, type OnionPath, wrapForPath } from './onion-path.ts';
import { readPath } from './read-path.ts';

export interface OnionTransportOptions {
  /** `https://host` or `https://host:port`: how the exit node reaches the relay. */
  readonly relayUrl: string;
  /** The relay's public X25519 key for onion requests, 64 hex digits. */
  readonly onionKey: string;
  /**
   * Asked for every request; three different nodes. An app keeps one guard for long, and takes another path after `path-failed`,
   * unless its status is 400 each time: see `RelayErrorCode`.
   */
  readonly path: () => OnionPath | Promise<OnionPath>;
  /** Of the relay's layer; nodes are always sent xchacha20. Default xchacha20. */
  readonly encType?: EncType;
  /** Default: `fetch`. Real nodes have self-signed certificates. */
  readonly post?: Post;
  /** For each request, from the first node and back. Default 30,000. */
  readonly timeoutMs?: number;
  /** Default: `crypto.getRandomValues`. */
  readonly random?: RandomBytes;
}

const TARGET = '/oxen/v4/lsrpc';
const WORDS = {
  absent: 'the first node of the path could not be reached',
  // Whoever of the four it is: the first node waits for the others.
  silent: 'no answer came through the onion path',
} as const;

/**
 * Through three storage nodes: the first knows the device's address, the last knows the relay, and only the relay can
 * read the request (onion requests of version 4). Throws {@link InputError} for unusable options.
 */
export function onionTransport(options: OnionTransportOptions): Transport {
  const { path, encType = 'xchacha20', post = fetchPost, timeoutMs = 30_000, random = randomBytes } = options;
  const origin = relayOrigin(options.relayUrl);
  const onionKey = readOnionKey(options.onionKey, encType, random);
  checkTimeout(timeoutMs);

  return {
    send: async (request) => {
      const nodes = await choosePath(path);
      const layer = sealLayer(plaintextOf(request), onionKey, encType, random);
      if (layer === null) throw new InputError('onionKey', 'must be a usable X25519 key');
      const body = wrapForPath(frame(layer.ciphertext, forwarding(origin, layer, encType)), nodes, random);
      const url = `${nodes[0].url.replace(/\/+$/, '')}/onion_req/v2`;
      const outer = await exchange({ post, url, headers: {}, body, timeoutMs, ...WORDS, whenAbsent: 'path-failed' });
      const { status } = outer;
      if (status === 200) return openAnswer(layer, outer.body);
      throw new RelayError('path-failed', `the onion path failed with status ${status}`, { status });
    },
  };
}

function readOnionKey(text: string, encType: EncType, random: RandomBytes): Uint8Array {
  if (encType !== 'xchacha20' && encType !== 'aes-gcm') {
    throw new InputError('encType', 'must be xchacha20 or aes-gcm');
  }
  const key = hexBytes(text, 32);
  // A key of small order gives the same nothing with every secret.
  if (key !== null && layerKey(encType, random(32), key) !== null) return key;
  throw new InputError('onionKey', 'must be 64 hex digits of a usable X25519 key');
}

async function choosePath(path: OnionTransportOptions['path']): Promise<OnionPath> {
  try {
    return readPath(await path());
  } catch (cause) {
    if (cause instanceof RelayError) throw cause;
    throw new RelayError('path-failed', 'there is no path to send it through', { cause });
  }
}

function plaintextOf({ method, endpoint, headers, body }: RelayRequest): Uint8Array {
  return encodePair(utf8Bytes(JSON.stringify({ method, endpoint, headers })), body);
}

/** What the exit node is told; it hands all of this on to the relay. */
function forwarding({ protocol, host, port }: RelayOrigin, { ephemeralKey }: SealedLayer, encType: EncType) {
  return { host, target: TARGET, port, protocol, method: 'POST', ephemeral_key: ephemeralKey, enc_type: encType };
}

function openAnswer(layer: SealedLayer, sealed: Uint8Array): RelayResponse {
  const opened = layer.open(sealed);
  if (opened === null) throw unreadable('the answer was not sealed with the key of the request');
  const pair = decodePair(opened);
  const metadata = pair === null ? null : asRecord(parseJson(pair[0]));
  if (pair === null || metadata === null) throw unreadable('the answer is not a list of metadata and body');
  const { code, headers } = metadata;
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 100 || code > 599) {
    throw unreadable('the answer has no status');
  }
  return { status: code, headers: headerView(stringsOf(headers)), body: pair[1] };
}

function stringsOf(headers: unknown): Readonly<Record<string, string>> {
  const isText = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
  const entries = Object.entries(asRecord(headers) ?? {});
  return Object.fromEntries(entries.flatMap(([name, value]) => (isText(value) ? [[name, String(value)]] : [])));
}

function unreadable(message: string): RelayError {
  return new RelayError('unreadable', message);
}
