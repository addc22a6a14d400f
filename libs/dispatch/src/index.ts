export type * from './push-transport.ts';
export { readRetryAfter } from './retry-after.ts';
export { APNS_PAYLOAD, FCM_DATA } from './wakeup-payload.ts';
