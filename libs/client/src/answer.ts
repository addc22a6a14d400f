import { asRecord, parseJson } from './bytes.ts';
import {
  type ItemOutcome,
  type Refused,
  refusalCode,
  type SubscribeOutcome,
  type UnsubscribeOutcome,
} from './outcome.ts';
import { plainText } from './plain-text.ts';
import { RelayError } from './relay-error.ts';
import { readRetryAfter } from './retry-after.ts';
import type { RelayResponse } from './transport.ts';

export interface AnswerContext {
  readonly nowMs: number;
  /** Taken out of everything the relay says. */
  readonly token: string;
}

/** What one kind of success looks like; `null` for anything else. */
export type ReadSuccess<O> = (item: Readonly<Record<string, unknown>>) => O | null;

export const readRegistered: ReadSuccess<SubscribeOutcome> = ({ added, updated }) =>
  added === true || updated === true ? { kind: 'registered', isNew: added === true } : null;

export const readRemoved: ReadSuccess<UnsubscribeOutcome> = ({ removed }) =>
  typeof removed === 'boolean' ? { kind: 'removed', wasThere: removed } : null;

/** The outcomes in the answer to a list of `count` items. Throws {@link RelayError} when the request failed as a whole. */
export function readAnswer<O extends ItemOutcome>(
  { status, headers, body }: RelayResponse,
  count: number,
  readSuccess: ReadSuccess<O>,
  context: AnswerContext,
): readonly (O | Refused)[] {
  const value = parseJson(body);
  const items = readItems(value, count, readSuccess, context);
  if (status === 200) {
    if (items !== null) return items;
    throw new RelayError('unreadable', 'the relay did not answer as a relay does', { status });
  }
  if (status === 503 || status === 429) {
    const retryAfterS = readRetryAfter(headers.get('retry-after'), context.nowMs);
    const details = { status, retryAfterS, ...(items !== null && { items }) };
    throw new RelayError('overloaded', 'the relay cannot carry this out at the moment', details);
  }
  if (status >= 400 && status < 500) throw rejection(status, value, context);
  if (status >= 500) throw new RelayError('unreachable', `no relay answers there, only status ${status}`, { status });
  throw new RelayError('unreadable', `a relay does not answer with status ${status}`, { status });
}

function readItems<O extends ItemOutcome>(
  value: unknown,
  count: number,
  readSuccess: ReadSuccess<O>,
  { token }: AnswerContext,
): readonly (O | Refused)[] | null {
  if (!Array.isArray(value) || value.length !== count) return null;
  const items = value.map((item: unknown) => {
    const fields = asRecord(item);
    if (fields === null) return null;
    return fields['success'] === true ? readSuccess(fields) : readRefused(fields, token);
  });
  return items.every((item) => item !== null) ? items : null;
}

function readRefused({ error, message }: Readonly<Record<string, unknown>>, token: string): Refused | null {
  if (typeof error !== 'number' || !Number.isInteger(error)) return null;
  return { kind: 'refused', code: refusalCode(error), number: error, message: plainText(message, token) };
}

function rejection(status: number, value: unknown, { token }: AnswerContext): RelayError {
  const refused = readRefused(asRecord(value) ?? {}, token);
  const said = refused === null || refused.message === '' ? '' : `: ${refused.message}`;
  return new RelayError('rejected', `the relay rejected the request with status ${status}${said}`, {
    status,
    number: refused?.number ?? null,
  });
}
