import type { EventTable } from '../event.ts';

/** Events of the watcher. None of them is about one account, device or node: those are only counted. */
export const WATCHER_EVENTS = {
  'directory.changed': {
    level: 'info',
    text: 'the storage network has changed',
    fields: { height: 'count', swarms: 'count', nodes: 'count', usable: 'count', movedAccounts: 'count' },
  },
  'directory.failed': {
    level: 'warn',
    text: 'oxend gives no usable list of storage nodes; the last good one stays in use',
    fields: { reason: 'word' },
  },
  'nodes.changed': {
    level: 'info',
    text: 'other storage nodes are wanted or connected; told every ten seconds at most',
    fields: { wanted: 'count', connected: 'count' },
  },
  'links.exhausted': {
    level: 'error',
    text:
      'storage nodes cannot be connected to for want of file descriptors or memory; raise the limit of open files to ten ' +
      'for each storage node; told once a minute at most',
    fields: { code: 'word' },
  },
  'subscriptions.refused': {
    level: 'warn',
    text: 'storage nodes refused subscriptions in the last minute; each is tried again later',
    fields: { reason: 'word', refusals: 'count' },
  },
  'wakeups.owed': {
    level: 'warn',
    text: 'wakeups cannot be queued; they are kept in memory and tried again',
    fields: { code: 'word' },
  },
  'wakeups.settled': { level: 'info', text: 'wakeups can be queued again', fields: { owedMs: 'ms' } },
  'wakeups.lost': {
    level: 'error',
    text: 'wakeups that could not be queued were given up',
    fields: { wakeups: 'count', cause: 'word' },
  },
  'watch.unreadable': {
    level: 'error',
    text:
      'registrations could not be opened in the last minute, and wake nobody; check that watch.key holds the secret of ' +
      "the relay's watch.pub",
    fields: { reason: 'word', watches: 'count' },
  },
  'deaths.implausible': {
    level: 'error',
    text: 'more devices were reported dead than is plausible; their watches are kept',
    fields: { devices: 'count' },
  },
} as const satisfies EventTable;
