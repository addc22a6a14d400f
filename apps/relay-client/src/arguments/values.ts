import { areNamespaces, isToken, parseRelayUrl, type Service } from '@push/client';
import { readFileSync } from 'node:fs';
import type { FlagName } from './flags.ts';

export type Problems = readonly string[];

const LONGEST_TIMEOUT_MS = 600_000;
const MAX_TOKEN_FILE_BYTES = 4_096;

/**
 * Reads the values of flags. One that is wrong becomes a problem, and something of the right type takes its place so that the
 * rest can be read. A flag whose form is wrong already has its problem.
 */
export class Values {
  readonly #given: ReadonlyMap<FlagName, string>;
  readonly #problems: string[];

  constructor(given: ReadonlyMap<FlagName, string>, problems: Problems) {
    this.#given = given;
    this.#problems = [...problems];
  }

  get problems(): Problems {
    return this.#problems;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  needs(name: FlagName, others: readonly FlagName[]): void {
    const missing = others.filter((other) => !this.#given.has(other)).map((other) => `--${other}`);
    if (missing.length > 0) this.problem(`--${name} needs ${missing.join(' and ')}`);
  }

  oneOf<const V extends string>(name: FlagName, allowed: readonly V[], initial: V): V {
    const value = this.#given.get(name) ?? initial;
    return allowed.find((each) => each === value) ?? this.#wrong(name, `must be one of ${allowed.join(', ')}`, initial);
  }

  relayUrl(): string {
    const url = this.#given.get('relay');
    if (url === undefined) return this.#wrong('relay', 'is required', '');
    const isUrl = parseRelayUrl(url) !== null;
    return isUrl
      ? url
      : this.#wrong('relay', 'must be https://host or https://host:port (or http), without a path', '');
  }

  onionKey(): string {
    const key = this.#given.get('onion') ?? '';
    return /^[0-9A-Fa-f]{64}$/.test(key) ? key : this.#wrong('onion', 'must be 64 hex digits', '');
  }

  /** With the path of the JSON-RPC, which may be left out. */
  oxendUrl(): string {
    const text = this.#given.get('oxend');
    if (text === undefined) return this.#wrong('oxend', 'is required with --onion', '');
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
      return this.#wrong('oxend', 'must be an http(s) URL', '');
    if (url.pathname === '/') url.pathname = '/json_rpc';
    return url.href;
  }

  timeoutMs(): number | null {
    const text = this.#given.get('timeout-ms');
    if (text === undefined) return null;
    const ms = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    return ms >= 1 && ms <= LONGEST_TIMEOUT_MS
      ? ms
      : this.#wrong('timeout-ms', `must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}`, null);
  }

  /** In any order; each counts once. */
  namespaces(): readonly number[] {
    const items = (this.#given.get('namespaces') ?? '0').split(',').map((item) => item.trim());
    const numbers = items.map((item) => (/^-?\d{1,5}$/.test(item) ? Number(item) : Number.NaN));
    const list = [...new Set(numbers)].toSorted((a, b) => a - b);
    return areNamespaces(list)
      ? list
      : this.#wrong('namespaces', 'must be a comma list of at most 32 numbers from -32768 to 32767', [0]);
  }

  token(service: Service): string | null {
    if (this.#given.has('token') && this.#given.has('token-file')) {
      return this.#wrong('token', 'and --token-file exclude each other', null);
    }
    const name = this.#given.has('token-file') ? 'token-file' : 'token';
    const token = name === 'token' ? this.#given.get('token') : this.#tokenInFile();
    if (token === undefined || isToken(service, token)) return token ?? null;
    const expected = service.startsWith('apns') ? '64 hex digits' : 'text of 1 to 999 bytes';
    return this.#wrong(name, `must hold a token of ${service}: ${expected}`, null);
  }

  #tokenInFile(): string | undefined {
    try {
      const bytes = readFileSync(this.#given.get('token-file') ?? '');
      if (bytes.length <= MAX_TOKEN_FILE_BYTES) return bytes.toString('utf8').trim();
    } catch {
      // Whatever keeps it from being read, the file is of no use.
    }
    return this.#wrong('token-file', `must name a readable file of at most ${MAX_TOKEN_FILE_BYTES} bytes`, undefined);
  }

  #wrong<T>(name: FlagName, expectation: string, instead: T): T {
    const isToldAlready = this.#problems.some((problem) => problem.startsWith(`--${name} `));
    if (!isToldAlready) this.problem(`--${name} ${expectation}`);
    return instead;
  }
}
