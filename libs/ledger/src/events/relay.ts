import type { EventTable } from '../event.ts';

/** Events of the relay. None of them is about one request: those are only counted. */
export const RELAY_EVENTS = {
  'relay.listening': { level: 'info', text: 'clients are served', fields: { port: 'count' } },
  'relay.cut': {
    level: 'warn',
    text: 'connections that were still busy at the end of the time for shutting down were closed',
    fields: {},
  },
} as const satisfies EventTable;
