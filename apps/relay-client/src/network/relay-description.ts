import { parseRelayUrl, plainText } from '@push/client';
import { httpExchange } from './http-exchange.ts';

/** What a relay says about itself in its OpenAPI document; `null` for what it does not. */
export interface RelayDescription {
  readonly version: string | null;
  readonly services: readonly string[] | null;
  /** 64 hex digits, in lower case. */
  readonly onionKey: string | null;
}

const NOTHING: RelayDescription = { version: null, services: null, onionKey: null };
const MAX_BYTES = 1_000_000;

/** Asks for `/openapi.json` over a direct connection. Never rejects: a relay need not have one. */
export async function describeRelay(relayUrl: string, timeoutMs: number): Promise<RelayDescription> {
  const origin = parseRelayUrl(relayUrl);
  if (origin === null) return NOTHING;
  const url = `${origin.protocol}://${origin.host}:${origin.port}/openapi.json`;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { status, body } = await httpExchange(url, { method: 'GET', signal, maxBytes: MAX_BYTES });
    return status === 200 ? readDocument(JSON.parse(Buffer.from(body).toString('utf8'))) : NOTHING;
  } catch {
    return NOTHING;
  }
}

function readDocument(document: unknown): RelayDescription {
  const { info, 'x-services': services, 'x-onion-key': key } = (document ?? {}) as Readonly<Record<string, unknown>>;
  const { version } = (info ?? {}) as Readonly<Record<string, unknown>>;
  return {
    version: typeof version === 'string' ? plainText(version, '') : null,
    services: Array.isArray(services) ? services.slice(0, 20).map((service: unknown) => plainText(service, '')) : null,
    onionKey: typeof key === 'string' && /^[0-9A-Fa-f]{64}$/.test(key) ? key.toLowerCase() : null,
  };
}
