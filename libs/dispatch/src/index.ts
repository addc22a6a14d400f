export { type Decision, decide, type Situation } from './decide.ts';
export { deliver, type Delivery, type DeliveryAttempt, type DeliveryPorts, type FinalOutcome } from './deliver.ts';
export { createMemoryTransport, type MemoryTransport } from './memory-transport.ts';
export type { PushRequest, PushTransport, Verdict } from './push-transport.ts';
export { readRetryAfter } from './retry-after.ts';
export { retryDelayMs, type RetrySituation } from './retry-policy.ts';
export { APNS_PAYLOAD, FCM_DATA } from './wakeup-payload.ts';
export { type WakeupIdentity, wakeupUuid } from './wakeup-uuid.ts';
