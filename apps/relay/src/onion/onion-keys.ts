import { type X25519Pair, x25519Pair } from '@push/protocol';
import type { KeyRing, LiveKeyRing } from '@push/sealing';

/** The key pairs of onion requests, newest first, never empty; the same array until the ring changes. */
export type OnionKeys = () => readonly X25519Pair[];

export function onionKeysOf(ring: LiveKeyRing): OnionKeys {
  let made: { readonly of: KeyRing; readonly pairs: readonly X25519Pair[] } | null = null;
  return () => {
    const { current } = ring;
    if (made?.of !== current) made = { of: current, pairs: current.map(({ key }) => x25519Pair(key)) };
    return made.pairs;
  };
}

/** What apps build in: the newest public key, 64 hexadecimal digits. */
export function publishedKey(keys: OnionKeys): string {
  return Buffer.from(keys()[0]?.publicKey ?? []).toString('hex');
}
