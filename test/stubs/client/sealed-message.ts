import { lock, openSealed, seal, sign, unlock, verifies, x25519Of } from '../wire/sodium.ts';
import type { Account } from './mailbox-key.ts';

/** A message after all its layers were opened and its signature was found good. */
export interface OpenedMessage {
  /** Session ID of the one who signed it. */
  readonly from: string;
  readonly text: string;
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Lengths are rounded up to this, so that they say little. */
const BLOCK_BYTES = 160;
const END_OF_TEXT = 0x80;

/** Sealed to the X25519 key of a Session ID (33 bytes), signed inside, so that only the recipient learns who wrote it. */
export function sealTo(recipient: Uint8Array, from: Account, text: string): Buffer {
  const key = recipient.subarray(1);
  return seal(signedBy(from, text, key), key);
}

/** Null when it is not for this account, was tampered with, or its signature is not the claimed sender's. */
export function openOwn(data: Uint8Array, account: Account): OpenedMessage | null {
  return verified(openSealed(data, account.x25519), account.x25519.publicKey);
}

/** Locked with the key that all members of a group share, signed inside by one of them. */
export function lockFor(
  group: { readonly account: Buffer; readonly messageKey: Buffer },
  from: Account,
  text: string,
): Buffer {
  return lock(signedBy(from, text, group.account), group.messageKey);
}

export function openFromGroup(
  data: Uint8Array,
  group: { readonly account: Buffer; readonly messageKey: Buffer },
): OpenedMessage | null {
  return verified(unlock(data, group.messageKey), group.account);
}

/** padded text ‖ the sender's Ed25519 key ‖ his signature over both and the recipient, so that it can't be sent on as new. */
function signedBy({ ed25519 }: Account, text: string, recipient: Uint8Array): Buffer {
  const content = Buffer.concat([padded(text), ed25519.publicKey]);
  return Buffer.concat([content, sign(Buffer.concat([content, recipient]), ed25519.secretKey)]);
}

function verified(inner: Buffer | null, recipient: Uint8Array): OpenedMessage | null {
  if (inner === null || inner.length < KEY_BYTES + SIGNATURE_BYTES) return null;
  const content = inner.subarray(0, -SIGNATURE_BYTES);
  const senderKey = content.subarray(-KEY_BYTES);
  const signature = inner.subarray(-SIGNATURE_BYTES);
  const x25519 = x25519Of(senderKey);
  if (x25519 === null || !verifies(signature, Buffer.concat([content, recipient]), senderKey)) return null;
  const text = unpadded(content.subarray(0, -KEY_BYTES));
  return text === null ? null : { from: `05${x25519.toString('hex')}`, text };
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text);
  const block = Buffer.alloc(Math.ceil((bytes.length + 1) / BLOCK_BYTES) * BLOCK_BYTES);
  bytes.copy(block);
  block[bytes.length] = END_OF_TEXT;
  return block;
}

function unpadded(block: Buffer): string | null {
  const end = block.lastIndexOf(END_OF_TEXT);
  return end < 0 ? null : block.subarray(0, end).toString();
}
