import type { MetricTable } from './metric.ts';

const ENDPOINT = ['subscribe', 'unsubscribe'] as const;

export const RELAY_METRICS = {
  push_relay_registrations_total: {
    kind: 'counter',
    help: 'Registrations and their ends as clients asked for them, item by item, by how they came out.',
    labels: {
      endpoint: ENDPOINT,
      outcome: [
        'added',
        'updated',
        'removed',
        'nothing-there',
        'bad-input',
        'unknown-service',
        'unavailable',
        'refused',
        'superseded',
        'exhausted',
        'internal',
      ],
    },
  },
  push_relay_unusable_requests_total: {
    kind: 'counter',
    help: 'Requests that failed as a whole before any item of theirs was looked at.',
    labels: {
      reason: [
        'not-json',
        'too-many-items',
        'too-large',
        'too-slow',
        'not-http',
        'not-found',
        'wrong-method',
        'not-opened',
        'not-inside',
        'overloaded',
        'internal',
      ],
    },
  },
  push_relay_onion_requests_total: {
    kind: 'counter',
    help:
      'Onion requests. Not-opened: made for none of the keys here, or tampered with; not-inside: what was inside is no ' +
      'request; carried-out: what was inside was answered as though it had come over HTTP.',
    labels: { outcome: ['carried-out', 'not-opened', 'not-inside'] },
  },
  push_relay_request_seconds: {
    kind: 'histogram',
    help: 'From a complete request body to its answer.',
    labels: { endpoint: ENDPOINT },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const satisfies MetricTable;
