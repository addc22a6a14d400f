import type { MetricTable } from './metric.ts';

const URGENCY = ['urgent', 'quiet'] as const;

export const WATCHER_METRICS = {
  push_directory_polls_total: {
    kind: 'counter',
    help: 'Questions to oxend, by what came of them.',
    labels: {
      outcome: ['listed', 'unchanged', 'unreachable', 'timed-out', 'too-large', 'http-status', 'rpc-error', 'garbled'],
    },
  },
  push_storage_nodes: {
    kind: 'gauge',
    help: 'Storage nodes of swarms that hold watched accounts.',
    labels: { state: ['wanted', 'connected'] },
  },
  push_storage_node_discards_total: {
    kind: 'counter',
    help: 'Messages from storage nodes that were thrown away unread.',
    labels: { reason: ['unknown-command', 'unknown-tag', 'malformed', 'too-many-parts'] },
  },
  push_watched_accounts: { kind: 'gauge', help: 'Accounts with at least one registered device.' },
  push_watches: { kind: 'gauge', help: 'Registered devices, once for each of their accounts.' },
  push_watches_unreadable_total: {
    kind: 'counter',
    help: 'Registrations that could not be opened.',
    labels: { reason: ['unknown-key', 'missing-epoch', 'corrupt'] },
  },
  push_devices_died_total: {
    kind: 'counter',
    help: 'Devices a dispatcher reported dead, by what was done about their watches.',
    labels: { outcome: ['removed', 'unknown', 'implausible'] },
  },
  push_swarms: {
    kind: 'gauge',
    help: 'Swarms that hold watched accounts; watched while at least one member has confirmed subscriptions.',
    labels: { state: ['wanted', 'watched'] },
  },
  push_subscriptions: {
    kind: 'gauge',
    help: 'Subscriptions at storage nodes: one for each account, distinct request and member of its swarm.',
    labels: { state: ['wanted', 'confirmed', 'refused'] },
  },
  push_subscription_batches_total: {
    kind: 'counter',
    help: 'Batches of subscriptions sent to storage nodes, by what came of them.',
    labels: { outcome: ['answered', 'garbled', 'rejected', 'timed-out', 'down'] },
  },
  push_subscription_refusals_total: {
    kind: 'counter',
    help: 'Subscriptions that a storage node refused. Unanswered: asked alone, it brought no usable answer.',
    labels: { reason: ['arguments', 'key', 'namespaces', 'timestamp', 'signature', 'other', 'unanswered'] },
  },
  push_reports_total: {
    kind: 'counter',
    help:
      'Messages reported by storage nodes. Rung and quiet: wakeups were due; silent: its kind wakes nobody; no-device: ' +
      'no device asked for its namespace.',
    labels: { outcome: ['rung', 'quiet', 'silent', 'duplicate', 'no-device', 'not-subscribed', 'malformed'] },
  },
  push_wakeups_queued_total: { kind: 'counter', help: 'Wakeups put into the queue.', labels: { urgency: URGENCY } },
  push_wakeup_queue_failures_total: { kind: 'counter', help: 'Attempts to queue a wakeup that failed; it is kept.' },
  push_wakeups_owed: { kind: 'gauge', help: 'Wakeups that wait in memory to be queued.' },
  push_wakeups_lost_total: {
    kind: 'counter',
    help: 'Wakeups given up before they were queued.',
    labels: { cause: ['overflow', 'shutdown'] },
  },
} as const satisfies MetricTable;
