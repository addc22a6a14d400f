export { type BullmqWakeupQueue, createWakeupQueue, type WakeupQueueOptions } from './bullmq-wakeup-queue.ts';
export { wakeupQueueOptions, wakeupWorkerOptions, type WakeupWorkerSettings } from './settings.ts';
export { WakeupWorker } from './wakeup-worker.ts';
