/**
 * The kinds of value a log field may have; anything else is replaced by `null` before it reaches the log. The first defence
 * is that callers pass words of ours; that a `word` looks like none of an account, a token, a key or an address is the second.
 */
export type FieldKind = 'count' | 'ms' | 'flag' | 'word' | 'where' | 'published-key' | 'own-url';

export type FieldValue<K extends FieldKind> = K extends 'count' | 'ms' ? number : K extends 'flag' ? boolean : string;

/** Short identifiers of ours: outcome codes, variable names, versions, service names. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,39}$/;
/** A place in our own source, `file.js:12`; used for faults. */
const WHERE = /^[a-z0-9][a-z0-9./-]{0,60}\.[cm]?[jt]s:\d{1,6}$/;
/** 32 bytes in hexadecimal that an operator publishes. Nothing tells it from another key, so one event alone may have it. */
const PUBLISHED_KEY = /^[0-9a-f]{64}$/;
/** Scheme, host and port of our own listener. */
const OWN_URL = /^https?:\/\/([A-Za-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i;
const IP_ADDRESS = /^\d{1,3}(\.\d{1,3}){3}|^[0-9a-f:]*:[0-9a-f:]*:/i;
/** Sixteen characters that mix cases with digits, or hold many digits, are an id, a key or a token, never a word of ours. */
function looksOpaque(text: string): boolean {
  return (text.match(/[A-Za-z0-9+/=_-]{16,}/g) ?? []).some((run) => {
    const digits = run.replaceAll(/\D/g, '').length;
    return digits >= 4 || (digits >= 1 && /[a-z]/.test(run) && /[A-Z]/.test(run));
  });
}

const ACCEPTS: { readonly [K in FieldKind]: (value: unknown) => boolean } = {
  count: (value) => Number.isSafeInteger(value),
  ms: (value) => typeof value === 'number' && Number.isFinite(value),
  flag: (value) => typeof value === 'boolean',
  word: (value) => typeof value === 'string' && WORD.test(value) && !IP_ADDRESS.test(value) && !looksOpaque(value),
  'published-key': (value) => typeof value === 'string' && PUBLISHED_KEY.test(value),
  'own-url': (value) => typeof value === 'string' && OWN_URL.test(value),
  where: (value) => typeof value === 'string' && WHERE.test(value),
};

export function fieldAccepts(kind: FieldKind, value: unknown): boolean {
  return ACCEPTS[kind](value);
}
