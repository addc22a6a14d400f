export { createDeviceSource } from './device-source.ts';
export {
  KeyRingUnusable,
  readKeyRing,
  ringFile,
  type WatchedKeyRing,
  watchKeyRing,
  type WatchKeyRingOptions,
} from './key-ring-file.ts';
export type * from './options.ts';
export { createRegistryWriter } from './registry-writer.ts';
export { createWatchSource } from './watch-source.ts';
