import type { Service } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import { QUEUE_PREFIX, queueName } from '@push/wakeups';
import {
  type ConnectionOptions,
  type JobsOptions,
  type QueueOptions,
  RedisConnection as BullConnection,
  type WorkerOptions,
} from 'bullmq';
import { withoutEventLog } from './event-log.ts';
import { withNewestMinute } from './newest-minute.ts';

/**
 * How each wakeup is queued. A finished job leaves nothing; a failed attempt leaves a code and no stack. Attempts are
 * bounded by the wakeup's lifetime, which the dispatcher judges, not by a number.
 */
export const JOB_OPTIONS = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 1_000_000,
  backoff: { type: 'retry-policy' },
  stackTraceLimit: 0,
} as const satisfies JobsOptions;

/**
 * What BullMQ takes a server for that it does not ask, and we need no less. It would take it for 5.0, where a worker waits
 * whole seconds for the next wakeup that is due.
 */
BullConnection.minimumVersion = '7.0.0';

/**
 * To register the queue of `service` with, on a connection that fails quickly (`use: 'request'`). The version check is
 * skipped because one that fails while Redis restarts would leave the queue unusable for the life of the process.
 */
export function wakeupQueueOptions(
  service: Service,
  connection: RedisConnection,
): QueueOptions & { readonly name: string } {
  return {
    name: queueName(service),
    prefix: QUEUE_PREFIX,
    connection: withNewestMinute(withoutEventLog(connection)) as ConnectionOptions,
    skipVersionCheck: true,
    streams: { events: { maxLen: 0 } },
    defaultJobOptions: JOB_OPTIONS,
  };
}

export interface WakeupWorkerSettings {
  /** Made with `use: 'blocking'`; may serve the workers of all services. */
  readonly connection: RedisConnection;
  /** How many wakeups of the service are in flight at once. */
  readonly concurrency: number;
  /** When to try again a job that failed for the `attempt`-th time with `error`. */
  readonly retryDelayMs: (attempt: number, error: Error) => number;
}

/**
 * A job of a worker that died is taken up by another within the lock's duration and one or two stall checks: at most
 * 10 s. BullMQ gives up on a job that was interrupted more than `maxStalledCount` times; a wakeup is never given up. The
 * version check would print to the console; `reportUnfitServer` of @push/redis tells what is unfit about a server.
 */
export function wakeupWorkerOptions({ connection, concurrency, retryDelayMs }: WakeupWorkerSettings): WorkerOptions {
  return {
    prefix: QUEUE_PREFIX,
    connection: withoutEventLog(connection) as ConnectionOptions,
    skipVersionCheck: true,
    concurrency,
    lockDuration: 6_000,
    stalledInterval: 2_000,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    drainDelay: 2,
    runRetryDelay: 1_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: { backoffStrategy: (attempt, _type, error) => retryDelayMs(attempt, error ?? new Error('unknown')) },
  };
}
