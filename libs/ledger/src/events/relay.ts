import type { EventTable } from '../event.ts';

/** Events of the relay. None of them is about one request: those are only counted. */
export const RELAY_EVENTS = {
  'relay.listening': { level: 'info', text: 'clients are served', fields: { port: 'count' } },
  'relay.onion': {
    level: 'info',
    text: 'what apps build in to reach this relay: its public onion key, and its URL',
    fields: { key: 'published-key', url: 'own-url' },
  },
  'relay.unnamed': {
    level: 'warn',
    text: 'RELAY_PUBLIC_URL is not set: apps need the URL under which they, or storage nodes, find this relay',
    fields: {},
  },
  'relay.overloaded': {
    level: 'warn',
    text: 'more is asked for than can be carried out; answered 503, told once a minute at most',
    fields: { requests: 'count' },
  },
  'relay.cut': {
    level: 'warn',
    text: 'connections that were still busy at the end of the time for shutting down were closed',
    fields: {},
  },
} as const satisfies EventTable;
