import { randomBytes } from 'node:crypto';
import { wrapForPath } from '../stubs/client/onion-path.ts';
import { bencode } from '../stubs/wire/bencode.ts';

/** A kind of onion request that a relay refuses, and how to make one that differs from every other. */
export interface Refusal {
  readonly name: string;
  make(): Buffer;
}

/** Roughly one registration, so that all bodies are about as long. */
const INSIDE_BYTES = 600;
const LENGTH_BYTES = 4;
const KEY_FIELD = '"ephemeral_key":"';
const SMALL_ORDER_KEY = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';

/** What a storage node, or anybody, might try on a relay to learn something from its answers. */
export function refusalsFor(onionKey: string): readonly Refusal[] {
  const metadata = JSON.stringify({ method: 'POST', endpoint: '/subscribe', headers: {} });
  const seal = (list: readonly (string | Buffer)[]): Buffer =>
    wrapForPath(bencode(list), [], { relayUrl: 'http://127.0.0.1', onionKey, encType: 'xchacha20' }).body;
  const good = (): Buffer => seal([metadata, randomBytes(INSIDE_BYTES)]);
  const changed = (change: (body: Buffer) => void): Buffer => {
    const body = good();
    change(body);
    return body;
  };
  const flip = (body: Buffer, at: number): void => {
    body[at] = (body[at] ?? 0) ^ 1;
  };
  return [
    { name: 'a flipped bit in the ciphertext', make: () => changed((body) => flip(body, LENGTH_BYTES + 50)) },
    {
      name: 'a flipped bit in the tag',
      make: () => changed((body) => flip(body, LENGTH_BYTES + body.readUInt32LE() - 1)),
    },
    { name: 'another ephemeral key', make: () => changed((body) => putKey(body, randomBytes(32).toString('hex'))) },
    { name: 'a small-order key', make: () => changed((body) => putKey(body, SMALL_ORDER_KEY)) },
    { name: 'a length one too small', make: () => changed((body) => body.writeUInt32LE(body.readUInt32LE() - 1)) },
    { name: 'a length beyond the end', make: () => changed((body) => body.writeUInt32LE(body.length)) },
    { name: 'an element too many', make: () => seal([metadata, randomBytes(INSIDE_BYTES), '']) },
  ];
}

function putKey(body: Buffer, hex: string): void {
  body.write(hex, body.indexOf(KEY_FIELD) + KEY_FIELD.length);
}
