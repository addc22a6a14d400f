import type { EventTable } from '../event.ts';

/** Events of the dispatcher. None of them is about one wakeup: those are only counted. */
export const DISPATCHER_EVENTS = {
  'queue.held': {
    level: 'error',
    text: 'the provider refuses our credentials, topic or pace: nothing is sent for a while, and nothing is lost',
    fields: { service: 'word', reason: 'word', holdMs: 'ms' },
  },
  'queue.resumed': { level: 'info', text: 'sending is tried again', fields: { service: 'word' } },
  'wakeup.bug': {
    level: 'error',
    text: 'the provider refuses what we send; told once a minute at most',
    fields: { service: 'word', reason: 'word' },
  },
  'device.unreadable': {
    level: 'error',
    text:
      'devices could not be read, and are not woken; told once a minute at most; check that device.key holds the secret ' +
      "of the relay's device.pub",
    fields: { service: 'word', reason: 'word', wakeups: 'count' },
  },
  'worker.error': {
    level: 'warn',
    text: 'a worker met an error; it goes on',
    fields: { service: 'word', kind: 'word', code: 'word' },
  },
  'worker.drained': {
    level: 'info',
    text: 'a worker took no more wakeups, finished what it could and gave the rest back',
    fields: { service: 'word', givenBack: 'count' },
  },
} as const satisfies EventTable;
