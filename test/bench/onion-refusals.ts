import { randomBytes } from 'node:crypto';
import { wrapForPath } from '../stubs/client/onion-path.ts';
import { bencode } from '../stubs/wire/bencode.ts';
import type { Cipher } from '../stubs/wire/onion-cipher.ts';

/** A kind of onion request that a relay refuses, and how to make one that differs from every other. */
export interface Refusal {
  readonly name: string;
  make(): Buffer;
}

export interface RefusalOptions {
  readonly onionKey: string;
  readonly cipher: Cipher;
  /** Of the body inside, so that all are about as long. */
  readonly insideBytes: number;
}

const LENGTH_BYTES = 4;
const KEY_FIELD = '"ephemeral_key":"';
const CIPHER_FIELD = '"enc_type":"';
const SMALL_ORDER_KEY = 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800';

/** What a storage node, or anybody, might try on a relay to learn something from its answers. */
export function refusalsFor({ onionKey, cipher, insideBytes }: RefusalOptions): readonly Refusal[] {
  const metadata = JSON.stringify({ method: 'POST', endpoint: '/subscribe', headers: {} });
  const seal = (list: readonly (string | Buffer)[]): Buffer =>
    wrapForPath(bencode(list), [], { relayUrl: 'http://127.0.0.1', onionKey, encType: cipher }).body;
  const good = (): Buffer => seal([metadata, randomBytes(insideBytes)]);
  const changed = (change: (body: Buffer, length: number) => void): Buffer => {
    const body = good();
    change(body, body.readUInt32LE());
    return body;
  };
  const flip = (body: Buffer, at: number): void => {
    body[at] = (body[at] ?? 0) ^ 1;
  };
  const putKey = (body: Buffer, hex: string): void => void body.write(hex, body.indexOf(KEY_FIELD) + KEY_FIELD.length);
  return [
    { name: 'a flipped bit in the ciphertext', make: () => changed((body) => flip(body, LENGTH_BYTES + 50)) },
    { name: 'a flipped bit in the tag', make: () => changed((body, length) => flip(body, LENGTH_BYTES + length - 1)) },
    { name: 'another ephemeral key', make: () => changed((body) => putKey(body, randomBytes(32).toString('hex'))) },
    { name: 'a small-order key', make: () => changed((body) => putKey(body, SMALL_ORDER_KEY)) },
    { name: 'a length one too small', make: () => changed((body, length) => body.writeUInt32LE(length - 1)) },
    { name: 'a length beyond the end', make: () => changed((body) => body.writeUInt32LE(body.length)) },
    { name: 'JSON cut short', make: () => good().subarray(0, -1) },
    { name: 'a flipped bit in enc_type', make: () => changed((body) => flip(body, body.indexOf(CIPHER_FIELD) + 12)) },
    { name: 'an element too many', make: () => seal([metadata, randomBytes(insideBytes), '']) },
  ];
}
