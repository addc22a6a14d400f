import { blake2b } from '@noble/hashes/blake2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { utf8Bytes } from '../bytes.ts';
import type { Device } from '../device.ts';
import type { Subscription } from '../subscription.ts';

/**
 * Names one registration in a `RenewalState`: keyed BLAKE2b of all that a relay would have to be told anew if it changed. So
 * another token makes new registrations of all of them, and another account makes one.
 *
 * @param salt of the state, in hex
 * @returns 32 hex digits
 */
export function renewalKey(salt: string, { signer, namespaces }: Subscription, device: Device, data: boolean): string {
  const { service, token, polls = false } = device;
  const told = JSON.stringify([service, token, polls, data, signer.account.toLowerCase(), namespaces]);
  return bytesToHex(blake2b(utf8Bytes(told), { key: hexToBytes(salt), dkLen: 16 }));
}
