import { fromHex } from '../wire/bytes.ts';
import { type Frame, readFrame, type Sealed, sealedIn } from '../wire/onion.ts';
import type { OnionServer } from './onion-exit.ts';

/** What an opened layer tells a node to do with it. */
export type OnionInstruction =
  /** `destination` is the next node's Ed25519 key in hex. */
  | { readonly kind: 'pass-on'; readonly destination: string; readonly sealed: Sealed }
  | { readonly kind: 'post'; readonly server: OnionServer }
  /** It was meant for this node itself. */
  | { readonly kind: 'serve' }
  | { readonly kind: 'forbidden' | 'unreadable' };

const DEFAULT_PORT = 443;
/** Nodes POST to no other paths, so that they are no open proxies: printable characters, no query. */
const TARGET = /^\/(?:loki|oxen)\/(?:[!->@-~]*\/)?lsrpc$/;

export function readInstruction(opened: Buffer): OnionInstruction {
  const frame = readFrame(opened);
  if (frame === null) return { kind: 'unreadable' };
  if ('headers' in frame.json) return { kind: 'serve' };
  return 'host' in frame.json ? readPost(frame) : readPassOn(frame);
}

function readPassOn(frame: Frame): OnionInstruction {
  const key = frame.json['destination'];
  const destination = typeof key === 'string' ? fromHex(key, 32) : null;
  const sealed = sealedIn(frame);
  if (destination === null || sealed === null) return { kind: 'unreadable' };
  return { kind: 'pass-on', destination: destination.toString('hex'), sealed };
}

function readPost({ json }: Frame): OnionInstruction {
  const { host, target, port = DEFAULT_PORT, protocol = 'https' } = json;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 0xffff;
  if (typeof host !== 'string' || host === '' || typeof target !== 'string' || !isPort) return { kind: 'unreadable' };
  if (!TARGET.test(target) || (protocol !== 'http' && protocol !== 'https')) return { kind: 'forbidden' };
  return { kind: 'post', server: { protocol, host, port, target } };
}
