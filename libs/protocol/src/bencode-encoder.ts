import { latin1 } from './latin1.ts';

/** Text is sent as UTF-8. A key whose value is `undefined` is left out. */
export type BencodeInput =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | { readonly [key: string]: BencodeInput | undefined };

/** Bencode with the keys of dictionaries in the order of their bytes. Keys must be ASCII, numbers whole. */
export function encodeBencode(value: BencodeInput): Uint8Array {
  return Buffer.from(latin1Of(value), 'latin1');
}

/** One character a byte: joining short strings is much quicker than joining buffers. */
function latin1Of(value: BencodeInput): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `i${value}e`;
  if (typeof value === 'string') return stringOf(Buffer.from(value, 'utf8'));
  if (value instanceof Uint8Array) return stringOf(value);
  if (isList(value)) return `l${value.map(latin1Of).join('')}e`;
  const entries = Object.keys(value)
    .sort()
    .map((key) => {
      const item = value[key];
      return item === undefined ? '' : `${key.length}:${key}${latin1Of(item)}`;
    });
  return `d${entries.join('')}e`;
}

function stringOf(bytes: Uint8Array): string {
  return `${bytes.length}:${latin1(bytes, 0, bytes.length)}`;
}

function isList(value: BencodeInput): value is readonly BencodeInput[] {
  return Array.isArray(value);
}
