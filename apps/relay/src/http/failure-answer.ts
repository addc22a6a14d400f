import { errorAnswer } from '../registration/answer.ts';
import { FAILURES, type RequestFailureCode } from '../registration/failure.ts';
import { MAX_ITEMS } from '../registration/request-body.ts';
import { MAX_BODY_BYTES } from './body-limits.ts';
import { jsonAnswer } from './route.ts';

/** What a sender is told about a request that failed as a whole. */
const MESSAGES: { readonly [C in RequestFailureCode]: string } = {
  'not-json': 'the body must be a JSON object or list of objects',
  'too-many-items': `a list must not hold more than ${MAX_ITEMS} requests`,
  'not-http': 'the request is malformed',
  'not-found': 'there is nothing at this path',
  'wrong-method': 'this path does not take this method',
  'too-slow': 'the request took too long to arrive',
  'too-large': `the body must not be larger than ${MAX_BODY_BYTES} bytes`,
  'not-opened': 'this is no onion request that can be opened here',
  'not-inside': 'the request inside the onion request is malformed',
  overloaded: 'too much is under way here; try again later',
  internal: 'something went wrong here; the request may be sent again',
};

/** The whole answer to a request that failed with `code`. */
export function failureAnswer(code: RequestFailureCode): ReturnType<typeof jsonAnswer> {
  return jsonAnswer(FAILURES[code].status, errorAnswer({ code, message: MESSAGES[code] }));
}
