import { bdecode, bencode } from '../../../test/stubs/wire/bencode.ts';
import { openLayer, readFrame, sealedIn } from '../../../test/stubs/wire/onion.ts';
import { encryptLayer, type LayerKey } from '../../../test/stubs/wire/onion-cipher.ts';
import { type KeyPair, randomBytes, x25519Pair } from '../../../test/stubs/wire/sodium.ts';
import type { GuardNode, OnionPath, PathNode } from '../src/index.ts';

/** Three nodes and a relay, by libsodium: opens what a client sends, layer by layer, as they would. */
export interface OnionRoute {
  readonly path: OnionPath;
  readonly onionKey: string;
  /** Throws when any of them could not open its layer, or was not told what it needs. */
  follow(body: Uint8Array): Followed;
}

export interface Followed {
  /** What each was told beside its ciphertext: guard, middle, exit. */
  readonly told: readonly Readonly<Record<string, unknown>>[];
  /** What the relay opened, a list of two strings. */
  readonly request: readonly [metadata: unknown, body: string];
  /** Opens the answer, at the relay's end. */
  readonly answerKey: LayerKey;
}

export function openRoute(): OnionRoute {
  const keys = [x25519Pair(), x25519Pair(), x25519Pair()] as const;
  const nodeOf = ({ publicKey }: KeyPair): PathNode => ({
    ed25519: randomBytes(32).toString('hex'),
    x25519: publicKey.toString('hex'),
  });
  const guard: GuardNode = { ...nodeOf(keys[0]), url: 'https://guard.example:22021' };
  const relay = x25519Pair();
  return {
    path: [guard, nodeOf(keys[1]), nodeOf(keys[2])],
    onionKey: relay.publicKey.toString('hex'),
    follow: (body) => {
      const told: Readonly<Record<string, unknown>>[] = [];
      let layer: Uint8Array = body;
      for (const key of keys) {
        layer = open(layer, key).plaintext;
        told.push(readFrame(Buffer.from(layer))?.json ?? {});
      }
      const { plaintext, answerKey } = open(layer, relay);
      const [metadata, inner] = bdecode(plaintext) as readonly [Buffer, Buffer];
      return { told, request: [JSON.parse(metadata.toString()), inner.toString()], answerKey };
    },
  };
}

function open(layer: Uint8Array, key: KeyPair): { readonly plaintext: Buffer; readonly answerKey: LayerKey } {
  const frame = readFrame(Buffer.from(layer));
  const sealed = frame === null ? null : sealedIn(frame);
  const opened = sealed === null ? null : openLayer(sealed, key);
  if (opened === null) throw new Error('a layer cannot be opened');
  return opened;
}

/** As a relay answers: `{"code":…,"headers":…}` and a body, under the key of the request. */
export function sealAnswer(code: number, body: string, key: LayerKey, headers: object = {}): Buffer {
  return encryptLayer(bencode([JSON.stringify({ code, headers }), body]), key);
}
