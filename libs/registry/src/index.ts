export { decodeDeviceRecord, encodeDeviceRecord } from './device-record.ts';
export { recordExpiry, registrationDay } from './expiry.ts';
export { deriveIds, type IndexKeys, indexKeys, type OrderId, type RegistrationIds } from './ids.ts';
export { createMemoryRegistry, type MemoryRegistry, type MemoryRegistryOptions } from './memory-registry.ts';
export {
  decideSubscribe,
  decideUnsubscribe,
  newestOrder,
  openOrder,
  type Order,
  sealOrder,
  type SubscribeDecision,
  type UnsubscribeDecision,
} from './order.ts';
export { recordName } from './record-names.ts';
export type * from './registration.ts';
export { RegistryUnavailable } from './registration.ts';
export { decodeWatchRecord, encodeWatchRecord } from './watch-record.ts';
