import { MAX_ITEMS } from '../exchange/limits.ts';
import type { RequestFailureCode } from '../failure/failures.ts';

/** A client sends one object, or a list of them and then gets a list back. */
export type RequestItems =
  | { readonly kind: 'one'; readonly item: unknown }
  | { readonly kind: 'many'; readonly items: readonly unknown[] }
  | { readonly kind: 'failure'; readonly code: RequestFailureCode };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a body as JSON whatever it calls itself. JSON.parse needs no stack for depth, so nesting is no danger here. */
export function readItems(body: Uint8Array): RequestItems {
  const value = parseJson(body);
  if (Array.isArray(value)) {
    return value.length > MAX_ITEMS ? { kind: 'failure', code: 'too-many-items' } : { kind: 'many', items: value };
  }
  if (typeof value === 'object' && value !== null) return { kind: 'one', item: value };
  return { kind: 'failure', code: 'not-json' };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined;
  }
}
