import { readFileSync } from 'node:fs';
import {
  type Ed25519Key,
  type MonitorRequest,
  parseAccount,
  parseBytes,
  type Signature,
  type SubaccountTag,
  type UnixSeconds,
  type UnsubscribeRequest,
} from '../src/index.ts';

/** A client's request as the vectors have it. */
export interface RequestVector {
  readonly pubkey: string;
  readonly session_ed25519?: string;
  readonly subaccount?: string;
  readonly subaccount_sig?: string;
  readonly namespaces: readonly number[];
  readonly data: boolean;
  readonly sig_ts: number;
  readonly signature: string;
}

/** What a file of test/vectors holds; the caller names its shape. */
export function readVectors(file: string): unknown {
  const url = new URL(`../../../test/vectors/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

export function bytes(text: string, length: number): Uint8Array {
  const parsed = parseBytes(text, length);
  if (parsed === null) throw new Error('the vector has a malformed value');
  return parsed;
}

export function unhex(text: string): Uint8Array {
  return bytes(text, text.length / 2);
}

export function monitorRequest(vector: RequestVector): MonitorRequest {
  return { ...unsubscribeRequest(vector), namespaces: vector.namespaces, wantsData: vector.data };
}

export function unsubscribeRequest(vector: RequestVector): UnsubscribeRequest {
  const account = parseAccount(bytes(vector.pubkey, 33));
  if (account === null) throw new Error('the vector has a malformed account');
  const { session_ed25519: key, subaccount: tag, subaccount_sig: tagSignature } = vector;
  return {
    account,
    ed25519: key === undefined || account[0] !== 5 ? null : (bytes(key, 32) as Ed25519Key),
    subaccount:
      tag === undefined || tagSignature === undefined
        ? null
        : { tag: bytes(tag, 36) as SubaccountTag, signature: bytes(tagSignature, 64) as Signature },
    signedAt: vector.sig_ts as UnixSeconds,
    signature: bytes(vector.signature, 64) as Signature,
  };
}
