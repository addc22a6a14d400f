const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const INTEGER = 0x69;
const LIST = 0x6c;
const DICT = 0x64;
const END = 0x65;

/** Digits that are exact in a double whatever they are. */
const EXACT_DIGITS = 15;
const INT64_DIGITS = 19;
const LENGTH_DIGITS = 9;
const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;

/**
 * Reads bencode from left to right without copying. Every method says by its result whether the bytes were what was asked
 * for, and reads no further than they reach; after a failure the position means nothing.
 */
export class BencodeReader {
  readonly bytes: Uint8Array;
  /** Index of the next byte. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.bytes[this.at] ?? -1;
  }

  openDict(): boolean {
    return this.#take(DICT);
  }

  openList(): boolean {
    return this.#take(LIST);
  }

  /** The end of a list, dictionary or integer. */
  close(): boolean {
    return this.#take(END);
  }

  isInteger(): boolean {
    return this.peek() === INTEGER;
  }

  /** An int64; a number where that is exact, NaN where there is none. No leading zeros, no negative zero. */
  integer(): number | bigint {
    if (!this.#take(INTEGER)) return Number.NaN;
    const from = this.at;
    const isNegative = this.#take(MINUS);
    const first = this.at;
    const value = this.#digits(INT64_DIGITS);
    const count = this.at - first;
    if (value < 0 || (isNegative && value === 0) || !this.close()) return Number.NaN;
    if (count <= EXACT_DIGITS) return isNegative ? -value : value;
    return int64(String.fromCharCode(...this.bytes.subarray(from, this.at - 1)));
  }

  /** The number of bytes of a string, which begins at `at` then; -1 where there is none or it goes beyond the end. */
  stringLength(): number {
    const length = this.#digits(LENGTH_DIGITS);
    return length >= 0 && this.#take(COLON) && length <= this.bytes.length - this.at ? length : -1;
  }

  /** A string, as a view. */
  string(): Uint8Array | null {
    const length = this.stringLength();
    if (length < 0) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Goes past one value of any kind, without looking at the keys of dictionaries. */
  skip(): boolean {
    let depth = 0;
    do {
      if (this.openList() || this.openDict()) depth++;
      else if (depth > 0 && this.close()) depth--;
      else if (this.isInteger()) {
        if (Number.isNaN(this.integer())) return false;
      } else {
        const length = this.stringLength();
        if (length < 0) return false;
        this.at += length;
      }
    } while (depth > 0);
    return true;
  }

  #take(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** A decimal number of one to `most` digits without leading zeros; -1 where there is none. */
  #digits(most: number): number {
    const from = this.at;
    let value = 0;
    for (;;) {
      const digit = (this.bytes[this.at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (this.at - from === most) return -1;
      value = value * 10 + digit;
      this.at++;
    }
    const count = this.at - from;
    return count === 0 || (count > 1 && this.bytes[from] === ZERO) ? -1 : value;
  }
}

function int64(text: string): number | bigint {
  const value = BigInt(text);
  if (value < INT64_MIN || value > INT64_MAX) return Number.NaN;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
