import { latin1 } from './latin1.ts';
import { BencodeReader } from './bencode-reader.ts';

/** Strings are views of the input. Integers are numbers where these are exact, else bigints. Keys are latin1. */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDict;
export type BencodeDict = ReadonlyMap<string, BencodeValue>;

export interface BencodeLimits {
  /** Lists and dictionaries inside each other. */
  readonly maxDepth: number;
  /** Values altogether; keys do not count. */
  readonly maxValues: number;
  /** `strict`: strictly ascending, as bencode wants it. `lenient`: any order, and of the same keys the first counts. */
  readonly keys: 'strict' | 'lenient';
}

const DEFAULT_LIMITS: BencodeLimits = { maxDepth: 8, maxValues: 1_000, keys: 'strict' };

/** Decodes exactly one value that fills `bytes`. Never throws: `null` for anything malformed or beyond the limits. */
export function decodeBencode(bytes: Uint8Array, limits: Partial<BencodeLimits> = {}): BencodeValue | null {
  const reader = new BencodeReader(bytes);
  const value = new Decoder(reader, { ...DEFAULT_LIMITS, ...limits }).value(0);
  return reader.isAtEnd ? value : null;
}

class Decoder {
  readonly #reader: BencodeReader;
  readonly #limits: BencodeLimits;
  #values = 0;

  constructor(reader: BencodeReader, limits: BencodeLimits) {
    this.#reader = reader;
    this.#limits = limits;
  }

  value(depth: number): BencodeValue | null {
    if (++this.#values > this.#limits.maxValues) return null;
    if (this.#reader.isInteger()) {
      const value = this.#reader.integer();
      return Number.isNaN(value) ? null : value;
    }
    if (this.#reader.openList()) return depth < this.#limits.maxDepth ? this.#list(depth + 1) : null;
    if (this.#reader.openDict()) return depth < this.#limits.maxDepth ? this.#dict(depth + 1) : null;
    return this.#reader.string();
  }

  #list(depth: number): BencodeValue[] | null {
    const items: BencodeValue[] = [];
    while (!this.#reader.close()) {
      const item = this.value(depth);
      if (item === null) return null;
      items.push(item);
    }
    return items;
  }

  #dict(depth: number): BencodeDict | null {
    const entries = new Map<string, BencodeValue>();
    let last: string | null = null;
    while (!this.#reader.close()) {
      const key = this.#key();
      if (key === null || (this.#limits.keys === 'strict' && last !== null && key <= last)) return null;
      last = key;
      const value = this.value(depth);
      if (value === null) return null;
      if (!entries.has(key)) entries.set(key, value);
    }
    return entries;
  }

  /** Latin1 strings compare as their bytes do. */
  #key(): string | null {
    const bytes = this.#reader.string();
    return bytes === null ? null : latin1(bytes, 0, bytes.length);
  }
}
