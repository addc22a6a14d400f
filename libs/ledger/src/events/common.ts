import type { EventTable } from '../event.ts';

/** Events every process may log. */
export const COMMON_EVENTS = {
  'process.starting': { level: 'info', text: 'starting', fields: { version: 'word', node: 'word' } },
  'process.ready': { level: 'info', text: 'ready', fields: { startMs: 'ms' } },
  'process.stopping': { level: 'info', text: 'stopping', fields: { signal: 'word' } },
  'process.stopped': { level: 'info', text: 'stopped', fields: { stopMs: 'ms', inTime: 'flag' } },
  'process.fault': {
    level: 'error',
    text: 'a fault nobody handled; the process goes on only if its state is still sound',
    fields: { kind: 'word', code: 'word', at: 'where', fatal: 'flag' },
  },
  'process.cannot-listen': {
    level: 'error',
    text: 'cannot listen there, so it ends; EADDRINUSE: the port is taken, EADDRNOTAVAIL: this machine has no such address',
    fields: { port: 'count', code: 'word' },
  },
  'admin.listening': { level: 'info', text: 'health and metrics are served', fields: { port: 'count' } },
  'redis.connected': { level: 'info', text: 'connected to Redis', fields: { role: 'word' } },
  'redis.disconnected': { level: 'warn', text: 'lost the connection to Redis; retrying', fields: { role: 'word' } },
  'redis.error': {
    level: 'warn',
    text: 'Redis cannot be used; retrying',
    fields: { role: 'word', code: 'word', kind: 'word' },
  },
  'redis.evicts': {
    level: 'error',
    text: 'Redis evicts what we store when its memory is full; set maxmemory-policy to noeviction',
    fields: { policy: 'word' },
  },
  'redis.outdated': {
    level: 'error',
    text: 'Redis is older than 7.0, which the lists of changes need',
    fields: { version: 'word' },
  },
} as const satisfies EventTable;
