import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { COMPARTMENT_CODE, type Compartment, SEALING_VERSION } from './compartment.ts';
import { EPOCH_ID_BYTES } from './sealed-record.ts';
import {
  X_WING_CIPHERTEXT_BYTES,
  type XWingPublicKey,
  type XWingSecretKey,
  xWingDecapsulate,
  xWingEncapsulate,
} from './x-wing.ts';

/*
 * An epoch record, stored as `epoch:<id>`: version (1) ‖ compartment (1) ‖ recipient key id (8) ‖ X-Wing ciphertext (1120).
 */

const KEY_ID_BYTES = 8;
const EPOCH_RECORD_BYTES = 2 + KEY_ID_BYTES + X_WING_CIPHERTEXT_BYTES;
const INFO = Buffer.from('session push relay epoch');

/** What has to be stored, before the first record sealed in this epoch, for its compartment to open that record. */
export interface EpochRecord {
  readonly id: EpochId;
  /** `epoch:<id>` */
  readonly keyName: string;
  readonly value: Uint8Array;
}

/** 12 random bytes in base64url (16 characters). */
export type EpochId = string & { readonly epochId: true };

/**
 * When an epoch record that is in use at `nowMs` may go, in unix seconds: 15 days after the start of that UTC day, so later
 * than any record it opens. All epochs of a day share it: an exact time would pair the epochs of two compartments that one
 * relay stores in one go, and so their records.
 */
export function epochExpiryS(nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) + 15) * (DAY_MS / 1_000);
}

const DAY_MS = 86_400_000;

export interface Epoch {
  readonly idBytes: Uint8Array;
  readonly key: KeyObject;
  readonly record: EpochRecord;
}

/** A new epoch that only the holder of `recipient` can open. */
export function createEpoch(compartment: Compartment, recipient: XWingPublicKey): Epoch {
  const idBytes = randomBytes(EPOCH_ID_BYTES);
  const { sharedSecret, ciphertext } = xWingEncapsulate(recipient);
  const key = epochKey(sharedSecret, idBytes, compartment);
  const header = Buffer.of(SEALING_VERSION, COMPARTMENT_CODE[compartment]);
  const value = Buffer.concat([header, recipientKeyId(recipient), ciphertext]);
  const id = epochId(idBytes);
  return { idBytes, key, record: { id, keyName: epochKeyName(id), value } };
}

/** The key of a stored epoch; `secretFor` finds the recipient's secret by its key id in hex. */
export function openEpoch(
  compartment: Compartment,
  idBytes: Uint8Array,
  value: Uint8Array,
  secretFor: (keyId: string) => XWingSecretKey | undefined,
): KeyObject | 'unknown-key' | 'corrupt' {
  if (value.length !== EPOCH_RECORD_BYTES) return 'corrupt';
  if (value[0] !== SEALING_VERSION || value[1] !== COMPARTMENT_CODE[compartment]) return 'corrupt';
  const secret = secretFor(Buffer.from(value.subarray(2, 2 + KEY_ID_BYTES)).toString('hex'));
  if (secret === undefined) return 'unknown-key';
  const sharedSecret = xWingDecapsulate(secret, value.subarray(2 + KEY_ID_BYTES));
  return sharedSecret === null ? 'corrupt' : epochKey(sharedSecret, idBytes, compartment);
}

/** Eight bytes that name a public sealing key. */
export function recipientKeyId(key: XWingPublicKey): Buffer {
  return createHash('sha256').update(key.bytes).digest().subarray(0, KEY_ID_BYTES);
}

export function epochId(idBytes: Uint8Array): EpochId {
  return Buffer.from(idBytes).toString('base64url') as EpochId;
}

export function epochKeyName(id: EpochId): string {
  return `epoch:${id}`;
}

/** HKDF-SHA256 (RFC 5869) of the encapsulated secret, which is erased. A key object erases itself once dropped. */
function epochKey(sharedSecret: Buffer, idBytes: Uint8Array, compartment: Compartment): KeyObject {
  const info = Buffer.concat([INFO, Buffer.of(SEALING_VERSION, COMPARTMENT_CODE[compartment])]);
  const bytes = new Uint8Array(hkdfSync('sha256', sharedSecret, idBytes, info, 32));
  const key = createSecretKey(bytes);
  sharedSecret.fill(0);
  bytes.fill(0);
  return key;
}
