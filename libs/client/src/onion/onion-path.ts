import { concatBytes } from '@noble/hashes/utils.js';
import { hexBytes, type RandomBytes, utf8Bytes } from '../bytes.ts';
import { RelayError } from '../relay-error.ts';
import { type SealedLayer, sealLayer } from './layer.ts';

/** A storage node, by its two public keys in hex. */
export interface PathNode {
  readonly ed25519: string;
  readonly x25519: string;
}

/** The node that sees who asks, and nothing else. `url`: scheme, host and port. */
export interface GuardNode extends PathNode {
  readonly url: string;
}

/** Three different nodes. */
export type OnionPath = readonly [guard: GuardNode, middle: PathNode, exit: PathNode];

/** What a layer opens to: the next ciphertext, and in clear where it goes and how it is opened there. */
export function frame(ciphertext: Uint8Array, fields: Readonly<Record<string, string | number>>): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, ciphertext.length, true);
  return concatBytes(length, ciphertext, utf8Bytes(JSON.stringify(fields)));
}

/**
 * Wraps what the exit node shall forward in a layer for each node.
 *
 * @returns the body for the guard's `/onion_req/v2`
 */
export function wrapForPath(forExit: Uint8Array, [guard, middle, exit]: OnionPath, random: RandomBytes): Uint8Array {
  const exitLayer = sealToNode(forExit, exit, random);
  const middleLayer = sealToNode(passOn(exitLayer, exit), middle, random);
  const guardLayer = sealToNode(passOn(middleLayer, middle), guard, random);
  return frame(guardLayer.ciphertext, openedWith(guardLayer));
}

const HOP_ENC_TYPE = 'xchacha20';

function passOn(layer: SealedLayer, next: PathNode): Uint8Array {
  return frame(layer.ciphertext, { destination: next.ed25519.toLowerCase(), ...openedWith(layer) });
}

function openedWith({ ephemeralKey }: SealedLayer): { readonly ephemeral_key: string; readonly enc_type: string } {
  return { ephemeral_key: ephemeralKey, enc_type: HOP_ENC_TYPE };
}

function sealToNode(plaintext: Uint8Array, { ed25519, x25519 }: PathNode, random: RandomBytes): SealedLayer {
  const key = hexBytes(ed25519, 32) === null ? null : hexBytes(x25519, 32);
  const layer = key === null ? null : sealLayer(plaintext, key, HOP_ENC_TYPE, random);
  if (layer === null) throw new RelayError('path-failed', 'a node of the path has an unusable key');
  return layer;
}
