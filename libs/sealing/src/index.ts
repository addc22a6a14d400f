export type { Compartment } from './compartment.ts';
export { epochExpiryS, type EpochId, epochKeyName, type EpochRecord } from './epoch.ts';
export {
  formatKeyRing,
  type KeyPurpose,
  type KeyRing,
  type KeyRingResult,
  type LiveKeyRing,
  parseKeyRing,
  type RingKey,
  writingKey,
} from './key-ring.ts';
export { freshNonce } from './nonce.ts';
export {
  createOpener,
  type EpochSource,
  type Opened,
  type Opener,
  type OpenerOptions,
  type UnopenedReason,
} from './opener.ts';
export { SEALING_OVERHEAD_BYTES } from './sealed-record.ts';
export { createSealer, type Sealed, type Sealer, type SealerOptions, UnusableRecipient } from './sealer.ts';
export {
  X_WING_PUBLIC_BYTES,
  X_WING_SEED_BYTES,
  type XWingPublicKey,
  xWingPublicKey,
  type XWingSecretKey,
  xWingSecretKey,
} from './x-wing.ts';
