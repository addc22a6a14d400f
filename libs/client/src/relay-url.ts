import { InputError } from './input-error.ts';

/** Where a relay is: scheme, host and port, without a path. */
export interface RelayOrigin {
  readonly protocol: 'https' | 'http';
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
}

const ORIGIN = /^(https?):\/\/(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\]+)(?::(\d{1,5}))?\/?$/i;
const DEFAULT_PORTS = { https: 443, http: 80 } as const;

/** Reads `https://host`, `http://host:port`, with or without a final slash; `null` for any other text. */
export function parseRelayUrl(url: string): RelayOrigin | null {
  const [, scheme = '', host = '', digits] = ORIGIN.exec(url) ?? [];
  const protocol = scheme.toLowerCase();
  if (protocol !== 'https' && protocol !== 'http') return null;
  const port = digits === undefined ? DEFAULT_PORTS[protocol] : Number(digits);
  return port >= 1 && port <= 65_535 ? { protocol, host: host.toLowerCase(), port } : null;
}

/** The shortest way to write it. */
export function originUrl({ protocol, host, port }: RelayOrigin): string {
  return `${protocol}://${host}${port === DEFAULT_PORTS[protocol] ? '' : `:${port}`}`;
}

/** Throws {@link InputError} where {@link parseRelayUrl} has no answer. */
export function relayOrigin(url: string): RelayOrigin {
  const origin = parseRelayUrl(url);
  if (origin === null)
    throw new InputError('relayUrl', 'must be http(s)://host or http(s)://host:port, without a path');
  return origin;
}
