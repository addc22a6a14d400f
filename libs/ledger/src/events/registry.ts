import type { EventTable } from '../event.ts';

/** Events of the registry's readers and writers, in whichever process they run. */
export const REGISTRY_EVENTS = {
  'redis.refused': {
    level: 'error',
    text: 'Redis refuses a command: its users, its memory or its role do not fit',
    fields: { code: 'word' },
  },
  'keys.changed': {
    level: 'info',
    text: 'a key file has changed and is in use',
    fields: { ring: 'word', keys: 'count' },
  },
  'keys.unusable': {
    level: 'error',
    text: 'a key file cannot be used; the keys read before stay in use',
    fields: { ring: 'word', code: 'word' },
  },
  'registry.scanned': {
    level: 'info',
    text: 'read the whole registry',
    fields: { cause: 'word', watches: 'count', scanMs: 'ms' },
  },
} as const satisfies EventTable;
