import type { SubscribeOutcome, UnsubscribeOutcome } from '@push/registry';
import { errorAnswer } from '../failure/failure-answer.ts';
import { FAILURES, type ItemFailure, type ItemFailureCode } from '../failure/failures.ts';
import type { Answer } from './answer-schema.ts';

/** How one item came out: its answer, what it is counted as, and the least status the whole answer must have. */
export interface Verdict {
  readonly answer: Answer;
  readonly outcome: 'added' | 'updated' | 'removed' | 'nothing-there' | ItemFailureCode;
  readonly status: number;
}

export function failed(failure: ItemFailure): Verdict {
  return { answer: errorAnswer(failure), outcome: failure.code, status: FAILURES[failure.code].status };
}

export function subscribed(outcome: SubscribeOutcome): Verdict {
  switch (outcome) {
    case 'added':
      return { answer: { success: true, added: true, message: 'registered' }, outcome, status: 200 };
    case 'updated':
      return { answer: { success: true, updated: true, message: 'registration renewed' }, outcome, status: 200 };
    case 'superseded':
      return failed({
        code: 'superseded',
        message: 'this registration was ended at or after sig_ts; sign at a later second',
      });
    case 'not-admitted':
      return EXHAUSTED;
  }
}

export function unsubscribed(outcome: UnsubscribeOutcome): Verdict {
  switch (outcome) {
    case 'removed':
      return { answer: { success: true, removed: true, message: 'registration removed' }, outcome, status: 200 };
    case 'nothing-there':
      return { answer: { success: true, removed: false, message: 'nothing was registered' }, outcome, status: 200 };
    case 'superseded':
      return failed({ code: 'superseded', message: 'a registration newer than sig_ts exists and stays' });
    case 'not-admitted':
      return EXHAUSTED;
  }
}

const EXHAUSTED = failed({
  code: 'exhausted',
  message: 'too much was asked for with this sig_ts; sign at a later second',
});
