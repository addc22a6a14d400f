import { z } from 'zod';
import { MAX_BODY_BYTES, MAX_ITEMS, MAX_ONION_BYTES } from '../exchange/limits.ts';
import { jsonAnswer } from '../exchange/route.ts';
import { type Failure, FAILURES, type RequestFailureCode } from './failures.ts';

const ERROR_NUMBERS =
  '1 bad input, 2 service not offered here, 3 not stored for want of a backend, 4 refused, 5 a fault of the relay';

export const messageSchema = z.string().meta({ description: 'For developers; the words may change' });

/** What clients are told of a failure, of one item or of a whole request. */
export const errorAnswerSchema = z.object({
  error: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
    .meta({ description: ERROR_NUMBERS }),
  message: messageSchema,
});
export type ErrorAnswer = Readonly<z.infer<typeof errorAnswerSchema>>;

export function errorAnswer({ code, message }: Failure): ErrorAnswer {
  return { error: FAILURES[code].number, message };
}

/** What a sender is told about a request that failed as a whole. */
const MESSAGES: { readonly [C in RequestFailureCode]: string } = {
  'not-json': 'the body must be a JSON object or list of objects',
  'too-many-items': `a list must not hold more than ${MAX_ITEMS} requests`,
  'not-http': 'the request is malformed',
  'not-found': 'there is nothing at this path',
  'wrong-method': 'this path does not take this method',
  'too-slow': 'the request took too long to arrive',
  'too-large': `the body must not be larger than ${MAX_BODY_BYTES} bytes, of an onion request ${MAX_ONION_BYTES}`,
  'not-opened': 'this is no onion request that can be opened here',
  'not-inside': 'the request inside the onion request is malformed',
  overloaded: 'too much is under way here; try again later',
  internal: 'something went wrong here; the request may be sent again',
};

/** The whole answer to a request that failed with `code`. */
export function failureAnswer(code: RequestFailureCode): ReturnType<typeof jsonAnswer> {
  return jsonAnswer(FAILURES[code].status, errorAnswer({ code, message: MESSAGES[code] }));
}

/** Of one item, or of all that was under way. */
export const FAULT: Failure<'internal'> = { code: 'internal', message: MESSAGES.internal };
