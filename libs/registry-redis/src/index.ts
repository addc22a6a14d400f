export {
  type KeyRingKind,
  KeyRingUnusable,
  readKeyRing,
  type WatchedKeyRing,
  watchKeyRing,
  type WatchKeyRingOptions,
} from './key-ring-file.ts';
export type * from './options.ts';
