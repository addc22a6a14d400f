import type { Service } from '@push/protocol';

/** First part of every queue key in Redis. */
export const QUEUE_PREFIX = 'wakeup';

/** The braces keep all keys of a queue in one slot of a Redis Cluster. */
export function queueName(service: Service): string {
  return `{${service}}`;
}
