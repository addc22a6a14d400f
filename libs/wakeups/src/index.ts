export { createMemoryWakeupQueue, type MemoryWakeupQueue, type TakenWakeup } from './memory-wakeup-queue.ts';
export { QUEUE_PREFIX, queueName } from './queue-name.ts';
export {
  isExpired,
  type Urgency,
  type Wakeup,
  WAKEUP_LIFETIME_MS,
  type WakeupQueue,
  WakeupQueueUnavailable,
} from './wakeup.ts';
export { deduplicationId, parseJob, type QueuedWakeup, toJob, type WakeupJob } from './wakeup-job.ts';
