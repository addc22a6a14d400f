/** What the stub does with a message that is in order. */
export type Reaction =
  | { readonly kind: 'accept' }
  /** As Google refuses: a status, a canonical code, and details about what FCM or the parser disliked. */
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly code: string;
      /** `errorCode` of a detail of type FcmError. */
      readonly fcmError?: string;
      /** Fields named in a detail of type BadRequest. */
      readonly badFields?: readonly string[];
      /** Header `retry-after`. */
      readonly retryAfter?: string;
    }
  /** A body that is not Google's, such as a proxy sends. */
  | { readonly kind: 'page'; readonly status: number; readonly body: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Cuts the connection. */
  | { readonly kind: 'disconnect' };

/** How to treat a token: a name from {@link NAMED_REACTIONS}, or the reaction itself. */
export type FcmBehaviour = keyof typeof NAMED_REACTIONS | Reaction;

/** Rules for this "token" are about requests to the OAuth endpoint. */
export const TOKEN_ENDPOINT = '/token';

const NAMED_REACTIONS = {
  accept: { kind: 'accept' },
  unregistered: { kind: 'refuse', status: 404, code: 'NOT_FOUND', fcmError: 'UNREGISTERED' },
  'not-found': { kind: 'refuse', status: 404, code: 'NOT_FOUND' },
  'bad-token': { kind: 'refuse', status: 400, code: 'INVALID_ARGUMENT', fcmError: 'INVALID_ARGUMENT' },
  'bad-token-field': {
    kind: 'refuse',
    status: 400,
    code: 'INVALID_ARGUMENT',
    fcmError: 'INVALID_ARGUMENT',
    badFields: ['message.token'],
  },
  'bad-field': { kind: 'refuse', status: 400, code: 'INVALID_ARGUMENT', badFields: ['message.android.ttl'] },
  'sender-id-mismatch': { kind: 'refuse', status: 403, code: 'PERMISSION_DENIED', fcmError: 'SENDER_ID_MISMATCH' },
  'permission-denied': { kind: 'refuse', status: 403, code: 'PERMISSION_DENIED' },
  unauthenticated: { kind: 'refuse', status: 401, code: 'UNAUTHENTICATED' },
  'quota-exceeded': { kind: 'refuse', status: 429, code: 'RESOURCE_EXHAUSTED', fcmError: 'QUOTA_EXCEEDED' },
  'quota-exceeded-for-90s': {
    kind: 'refuse',
    status: 429,
    code: 'RESOURCE_EXHAUSTED',
    fcmError: 'QUOTA_EXCEEDED',
    retryAfter: '90',
  },
  internal: { kind: 'refuse', status: 500, code: 'INTERNAL', fcmError: 'INTERNAL' },
  unavailable: { kind: 'refuse', status: 503, code: 'UNAVAILABLE', fcmError: 'UNAVAILABLE' },
  'unavailable-for-30s': {
    kind: 'refuse',
    status: 503,
    code: 'UNAVAILABLE',
    fcmError: 'UNAVAILABLE',
    retryAfter: '30',
  },
  'page-502': { kind: 'page', status: 502, body: '<html><body>Bad gateway</body></html>' },
  hang: { kind: 'hang' },
  disconnect: { kind: 'disconnect' },
} as const satisfies { readonly [name: string]: Reaction };

/** Tokens that carry their fate: `fate-<name>:` and anything after it, for instance `fate-unregistered:42`. */
const FATE = /^fate-([a-z0-9-]+):/;

const isName = (name: string): name is keyof typeof NAMED_REACTIONS => Object.hasOwn(NAMED_REACTIONS, name);

export function reactionTo(token: string, ordered: FcmBehaviour | null): Reaction {
  const behaviour = ordered ?? FATE.exec(token)?.[1] ?? 'accept';
  if (typeof behaviour !== 'string') return behaviour;
  return isName(behaviour) ? NAMED_REACTIONS[behaviour] : NAMED_REACTIONS.accept;
}

/** The behaviour that JSON stands for: a name, or a reaction with its fields. */
export function readFcmBehaviour(value: unknown): FcmBehaviour | null {
  if (typeof value === 'string') return isName(value) ? value : null;
  if (typeof value !== 'object' || value === null) return null;
  const { kind, status } = value as { kind?: unknown; status?: unknown };
  const needsStatus = kind === 'refuse' || kind === 'page';
  const isKnown = needsStatus || kind === 'accept' || kind === 'hang' || kind === 'disconnect';
  return isKnown && (!needsStatus || Number.isInteger(status)) ? (value as Reaction) : null;
}
