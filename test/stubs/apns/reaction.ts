/** What the stub does with a push that is in order. */
export type Reaction =
  | { readonly kind: 'accept' }
  /** As Apple refuses: a status and `{"reason": …, "timestamp": …}`. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly reason: string;
      /** Since when the token is dead, milliseconds since 1970. */
      readonly timestampMs?: number;
      /** Header `retry-after`. */
      readonly retryAfter?: string;
    }
  /** A body that is not Apple's, such as a proxy sends. */
  | { readonly kind: 'page'; readonly status: number; readonly body: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Never answers anything on this connection again, which stays open. */
  | { readonly kind: 'freeze' }
  /** Resets the stream. */
  | { readonly kind: 'reset' }
  /** Cuts the connection. */
  | { readonly kind: 'disconnect' };

/** How to treat a token: a name from {@link NAMED_REACTIONS}, or the reaction itself. */
export type ApnsBehaviour = keyof typeof NAMED_REACTIONS | Reaction;

const refuse = (
  status: number,
  reason: string,
  more: { timestampMs?: number; retryAfter?: string } = {},
): Reaction => ({
  kind: 'refuse',
  status,
  reason,
  ...more,
});

/** 410 without a date gets the current time as its date. */
const NAMED_REACTIONS = {
  accept: { kind: 'accept' },
  BadDeviceToken: refuse(400, 'BadDeviceToken'),
  DeviceTokenNotForTopic: refuse(400, 'DeviceTokenNotForTopic'),
  TopicDisallowed: refuse(400, 'TopicDisallowed'),
  IdleTimeout: refuse(400, 'IdleTimeout'),
  BadMessageId: refuse(400, 'BadMessageId'),
  InvalidProviderToken: refuse(403, 'InvalidProviderToken'),
  ExpiredProviderToken: refuse(403, 'ExpiredProviderToken'),
  BadCertificateEnvironment: refuse(403, 'BadCertificateEnvironment'),
  BadPath: refuse(404, 'BadPath'),
  Unregistered: refuse(410, 'Unregistered'),
  ExpiredToken: refuse(410, 'ExpiredToken'),
  UnregisteredIn2020: refuse(410, 'Unregistered', { timestampMs: Date.UTC(2020, 0, 1) }),
  PayloadTooLarge: refuse(413, 'PayloadTooLarge'),
  TooManyRequests: refuse(429, 'TooManyRequests'),
  TooManyProviderTokenUpdates: refuse(429, 'TooManyProviderTokenUpdates'),
  InternalServerError: refuse(500, 'InternalServerError'),
  ServiceUnavailable: refuse(503, 'ServiceUnavailable'),
  ServiceUnavailableFor30s: refuse(503, 'ServiceUnavailable', { retryAfter: '30' }),
  Shutdown: refuse(503, 'Shutdown'),
  page502: { kind: 'page', status: 502, body: '<html><body>Bad gateway</body></html>' },
  hang: { kind: 'hang' },
  freeze: { kind: 'freeze' },
  reset: { kind: 'reset' },
  disconnect: { kind: 'disconnect' },
} as const satisfies { readonly [name: string]: Reaction };

/**
 * Tokens that carry their fate: the first eight hexadecimal digits are `0bad`, the status and a running digit. Chance
 * makes such a token once in 190 million.
 */
export const FATEFUL_PREFIXES = {
  '0bad4000': 'BadDeviceToken',
  '0bad4001': 'DeviceTokenNotForTopic',
  '0bad4002': 'TopicDisallowed',
  '0bad4003': 'IdleTimeout',
  '0bad4004': 'BadMessageId',
  '0bad4030': 'InvalidProviderToken',
  '0bad4031': 'ExpiredProviderToken',
  '0bad4032': 'BadCertificateEnvironment',
  '0bad4040': 'BadPath',
  '0bad4100': 'Unregistered',
  '0bad4101': 'ExpiredToken',
  '0bad4102': 'UnregisteredIn2020',
  '0bad4130': 'PayloadTooLarge',
  '0bad4290': 'TooManyRequests',
  '0bad4291': 'TooManyProviderTokenUpdates',
  '0bad5000': 'InternalServerError',
  '0bad5020': 'page502',
  '0bad5030': 'ServiceUnavailable',
  '0bad5031': 'ServiceUnavailableFor30s',
  '0bad5032': 'Shutdown',
  '0badf000': 'hang',
  '0badf001': 'reset',
  '0badf002': 'disconnect',
  '0badf003': 'freeze',
} as const satisfies { readonly [prefix: string]: ApnsBehaviour };

export function reactionTo(token: string, ordered: ApnsBehaviour | null): Reaction {
  const fates: { readonly [prefix: string]: ApnsBehaviour } = FATEFUL_PREFIXES;
  const behaviour = ordered ?? fates[token.slice(0, 8)] ?? 'accept';
  return typeof behaviour === 'string' ? NAMED_REACTIONS[behaviour] : behaviour;
}

/** The behaviour that JSON stands for: a name, or a reaction with its fields. */
export function readApnsBehaviour(value: unknown): ApnsBehaviour | null {
  if (typeof value === 'string') return value in NAMED_REACTIONS ? (value as ApnsBehaviour) : null;
  if (typeof value !== 'object' || value === null) return null;
  const { kind, status } = value as { kind?: unknown; status?: unknown };
  const needsStatus = kind === 'refuse' || kind === 'page';
  const isKnown = needsStatus || ['accept', 'hang', 'freeze', 'reset', 'disconnect'].some((name) => name === kind);
  return isKnown && (!needsStatus || Number.isInteger(status)) ? (value as Reaction) : null;
}
