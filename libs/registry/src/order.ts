import type { UnixSeconds } from '@push/protocol';
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** The newest request carried out for a registration. It decides what a request may still do. */
export interface Order {
  readonly state: 'live' | 'gone';
  readonly stamp: UnixSeconds;
}

export type SubscribeDecision =
  | { readonly kind: 'write'; readonly outcome: 'added' | 'updated' }
  | { readonly kind: 'leave'; readonly outcome: 'updated' | 'superseded' };

/**
 * An equal stamp over a live registration writes everything again: the earlier attempt may have died half way. Over one
 * that is gone it is refused, so that unsubscribing wins within one second, and a replay revives nothing.
 */
export function decideSubscribe(order: Order | null, stamp: UnixSeconds): SubscribeDecision {
  if (order === null) return { kind: 'write', outcome: 'added' };
  if (order.state === 'live') return { kind: stamp < order.stamp ? 'leave' : 'write', outcome: 'updated' };
  return stamp > order.stamp ? { kind: 'write', outcome: 'added' } : { kind: 'leave', outcome: 'superseded' };
}

export type UnsubscribeDecision =
  /** Mark the registration gone at this stamp and delete; it was there if `wasLive` or if anything was deleted. */
  | { readonly kind: 'end'; readonly wasLive: boolean }
  | { readonly kind: 'leave'; readonly outcome: 'nothing-there' | 'superseded' };

/** An equal stamp over one that is gone deletes again: the earlier attempt may have died half way. */
export function decideUnsubscribe(order: Order | null, stamp: UnixSeconds): UnsubscribeDecision {
  if (order === null) return { kind: 'end', wasLive: false };
  if (stamp >= order.stamp) return { kind: 'end', wasLive: order.state === 'live' };
  return { kind: 'leave', outcome: order.state === 'live' ? 'superseded' : 'nothing-there' };
}

/** The order that counts among those found under several index keys. Gone wins a tie: nothing live follows it. */
export function newestOrder(orders: readonly (Order | null)[]): Order | null {
  return orders.reduce((best, order) => {
    if (best === null || order === null) return best ?? order;
    if (order.stamp !== best.stamp) return order.stamp > best.stamp ? order : best;
    return order.state === 'gone' ? order : best;
  }, null);
}

/*
 * Stored as version (1) ‖ nonce (12) ‖ ChaCha20-Poly1305(state (1) ‖ stamp (8)) ‖ tag (16), with the version and the key
 * name as associated data. Storage nodes know account and stamp, so a readable stamp would join the two.
 */
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PLAINTEXT_BYTES = 9;
const ORDER_BYTES = 1 + NONCE_BYTES + PLAINTEXT_BYTES + TAG_BYTES;

/** `nonce`: 12 random bytes that were never used before. */
export function sealOrder(key: KeyObject, keyName: string, { state, stamp }: Order, nonce: Uint8Array): Buffer {
  const plaintext = Buffer.alloc(PLAINTEXT_BYTES);
  plaintext.writeUInt8(state === 'live' ? 1 : 0, 0);
  plaintext.writeBigUInt64BE(BigInt(stamp), 1);
  const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(keyName), { plaintextLength: PLAINTEXT_BYTES });
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([Buffer.of(VERSION), nonce, ciphertext, cipher.getAuthTag()]);
}

/** Null for whatever this key did not seal under this name. */
export function openOrder(key: KeyObject, keyName: string, value: Uint8Array): Order | null {
  if (value.length !== ORDER_BYTES || value[0] !== VERSION) return null;
  const nonce = value.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(keyName), { plaintextLength: PLAINTEXT_BYTES });
  decipher.setAuthTag(value.subarray(ORDER_BYTES - TAG_BYTES));
  try {
    const plaintext = decipher.update(value.subarray(1 + NONCE_BYTES, ORDER_BYTES - TAG_BYTES));
    decipher.final();
    const state = plaintext.readUInt8(0) === 1 ? 'live' : 'gone';
    return { state, stamp: Number(plaintext.readBigUInt64BE(1)) as UnixSeconds };
  } catch {
    return null;
  }
}

function associatedData(keyName: string): Buffer {
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(keyName)]);
}
