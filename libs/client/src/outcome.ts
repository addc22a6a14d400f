/**
 * Why a relay did not carry out one item. `refused`: signature, ownership or time (also: a newer request came first);
 * `unavailable` and `internal` are the relay's fault and pass; `unknown` is a number this library has no name for.
 */
export type RefusalCode = 'bad-input' | 'unknown-service' | 'unavailable' | 'refused' | 'internal' | 'unknown';

export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** The relay's public error number. */
  readonly number: number;
  /** The relay's words for a developer: one line of plain text, without the token or anything that looks like a key. */
  readonly message: string;
}

/** `isNew: false`: the registration was there and is good for another 14 days. */
export type SubscribeOutcome = { readonly kind: 'registered'; readonly isNew: boolean } | Refused;

/** `wasThere: false`: there was nothing to remove. */
export type UnsubscribeOutcome = { readonly kind: 'removed'; readonly wasThere: boolean } | Refused;

export type ItemOutcome = SubscribeOutcome | UnsubscribeOutcome;

const CODES: readonly (RefusalCode | undefined)[] = [
  undefined,
  'bad-input',
  'unknown-service',
  'unavailable',
  'refused',
  'internal',
];

export function refusalCode(number: number): RefusalCode {
  return CODES[number] ?? 'unknown';
}
