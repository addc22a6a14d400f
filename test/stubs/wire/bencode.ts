/** What a byte string, list or dict of the wire decodes to. Dicts keep the order and the duplicates they came with. */
export type Bencoded = bigint | Buffer | readonly Bencoded[] | BencodedDict;

export class BencodedDict {
  readonly entries: readonly (readonly [key: string, value: Bencoded])[];

  constructor(entries: readonly (readonly [string, Bencoded])[]) {
    this.entries = entries;
  }

  /** The first value under `key`. */
  get(key: string): Bencoded | undefined {
    return this.entries.find(([name]) => name === key)?.[1];
  }

  /** Whether each key is greater, byte by byte, than the one before it. Keys are latin1, so characters are bytes. */
  get isOrdered(): boolean {
    return this.entries.every(([key], index) => index === 0 || (this.entries[index - 1]?.[0] ?? '') < key);
  }
}

export type Encodable =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Encodable[]
  | { readonly [key: string]: Encodable };

/** Strings are written as UTF-8, dict keys in byte order. Numbers must be safe integers. */
export function bencode(value: Encodable): Buffer {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: Encodable, out: Uint8Array[]): void {
  if (typeof value === 'number' || typeof value === 'bigint') out.push(Buffer.from(`i${BigInt(value)}e`));
  else if (typeof value === 'string') write(Buffer.from(value), out);
  else if (value instanceof Uint8Array) out.push(Buffer.from(`${value.length}:`), value);
  else if (Array.isArray(value)) {
    out.push(Buffer.from('l'));
    for (const item of value) write(item, out);
    out.push(Buffer.from('e'));
  } else {
    out.push(Buffer.from('d'));
    const entries = Object.entries(value).map(([key, item]) => [Buffer.from(key), item] as const);
    for (const [key, item] of entries.sort(([a], [b]) => Buffer.compare(a, b))) {
      write(key, out);
      write(item, out);
    }
    out.push(Buffer.from('e'));
  }
}

export class BencodeError extends Error {
  readonly code = 'BENCODE';
}

const MAX_DEPTH = 16;

/** The one value `bytes` hold. Throws `BencodeError` on anything else, leading zeros and trailing bytes included. */
export function bdecode(bytes: Buffer): Bencoded {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new BencodeError('bytes after the value');
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Bencoded {
    if (depth > MAX_DEPTH) throw new BencodeError('nested too deep');
    const first = this.#peek();
    if (first === 'i') {
      this.#at++;
      return BigInt(this.#upTo('e', /^(?:0|-?[1-9]\d{0,19})$/));
    }
    if (first === 'l') return this.#until(() => this.value(depth + 1));
    if (first === 'd')
      return new BencodedDict(this.#until(() => [this.#string().toString('latin1'), this.value(depth + 1)]));
    return this.#string();
  }

  #until<T>(item: () => T): T[] {
    const items: T[] = [];
    this.#at++;
    while (this.#peek() !== 'e') items.push(item());
    this.#at++;
    return items;
  }

  #string(): Buffer {
    const length = Number(this.#upTo(':', /^(?:0|[1-9]\d{0,9})$/));
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length !== length) throw new BencodeError('string cut short');
    this.#at += length;
    return bytes;
  }

  #peek(): string {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new BencodeError('ended early');
    return String.fromCharCode(byte);
  }

  /** The digits before `end`, looking no further than a number can be long. */
  #upTo(end: string, allowed: RegExp): string {
    const digits = this.#bytes
      .subarray(this.#at, this.#at + 24)
      .toString('latin1')
      .split(end, 2);
    const number = digits[0] ?? '';
    if (digits.length < 2 || !allowed.test(number)) throw new BencodeError('not a number');
    this.#at += number.length + 1;
    return number;
  }
}
