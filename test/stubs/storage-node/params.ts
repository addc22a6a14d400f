import { bdecode, BencodedDict } from '../wire/bencode.ts';
import { fromBase64, fromHex } from '../wire/bytes.ts';
import { isNamespace } from './namespaces.ts';

/** A call that cannot be understood; answered with status 400 and this text, which names no value. */
export class BadCall extends Error {
  readonly code = 'BAD_CALL';
}

type Value = string | number | bigint | Buffer | null;

/** Parameters of a client's call: JSON holds bytes as base64 (keys as hex), a bencoded dict holds them raw. */
export class Params {
  /** Whether bytes in the answer are raw, because the call was bencoded. */
  readonly isBencoded: boolean;
  readonly #values: ReadonlyMap<string, Value>;

  constructor(isBencoded: boolean, entries: Iterable<readonly [string, unknown]>) {
    this.isBencoded = isBencoded;
    this.#values = new Map(Array.from(entries, ([key, value]) => [key, value as Value]));
  }

  has(name: string): boolean {
    return (this.#values.get(name) ?? null) !== null;
  }

  integer(name: string): number {
    const value = this.#values.get(name);
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    // Old clients send timestamp and ttl as text.
    const isText = typeof value === 'string' && /^-?\d{1,16}$/.test(value);
    const number = isNumber || isText ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number)) throw new BadCall(`${name} must be an integer`);
    return number;
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (typeof value === 'string') return value;
    if (Buffer.isBuffer(value)) return value.toString('latin1');
    throw new BadCall(`${name} must be a string`);
  }

  bytes(name: string): Buffer {
    const value = this.#values.get(name);
    const bytes = typeof value === 'string' ? fromBase64(value) : value;
    if (!Buffer.isBuffer(bytes)) throw new BadCall(`${name} must be ${this.isBencoded ? 'a string' : 'base64'}`);
    // A part of a received message would keep the whole message in memory.
    return Buffer.from(bytes);
  }

  exactly(name: string, length: number): Buffer {
    const bytes = this.bytes(name);
    if (bytes.length !== length) throw new BadCall(`${name} must be ${length} bytes`);
    return bytes;
  }

  /** Hexadecimal, in a bencoded call also raw. */
  key(name: string, length: number): Buffer {
    const value = this.#values.get(name);
    const isRaw = Buffer.isBuffer(value) && value.length === length;
    const key = isRaw ? Buffer.from(value) : fromHex(this.text(name), length);
    if (key === null) throw new BadCall(`${name} must be ${length * 2} hex digits`);
    return key;
  }

  account(): Buffer {
    return this.key(this.has('pubkey') ? 'pubkey' : 'pubKey', 33);
  }

  namespace(): number {
    const namespace = this.has('namespace') ? this.integer('namespace') : 0;
    if (!isNamespace(namespace)) throw new BadCall('namespace is out of range');
    return namespace;
  }
}

/** Throws `BadCall`. */
export function readParams(body: Buffer): Params {
  if (body[0] === 'd'.charCodeAt(0)) {
    try {
      const dict = bdecode(body);
      if (dict instanceof BencodedDict) return new Params(true, dict.entries);
    } catch {
      // Neither bencode nor JSON.
    }
    throw new BadCall('expected JSON or a bencoded dict');
  }
  try {
    const value: unknown = JSON.parse(body.length === 0 ? '{}' : body.toString());
    if (typeof value === 'object' && value !== null) return new Params(false, Object.entries(value));
  } catch {
    // Neither bencode nor JSON.
  }
  throw new BadCall('expected JSON or a bencoded dict');
}
