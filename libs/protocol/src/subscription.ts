import type { AccountId, Ed25519Key, Signature, SubaccountTag, UnixSeconds } from './bytes.ts';

/** A delegated key of a group: the owner signed the tag; the member signs requests with the key inside it. */
export interface Subaccount {
  readonly tag: SubaccountTag;
  readonly signature: Signature;
}

/** What a client signed so that storage nodes report new messages of `account` in `namespaces`. */
export interface MonitorRequest {
  readonly account: AccountId;
  /** Present exactly when the account is a Session ID (`05`). */
  readonly ed25519: Ed25519Key | null;
  readonly subaccount: Subaccount | null;
  /** int16, strictly ascending, not empty. */
  readonly namespaces: readonly number[];
  /** Whether nodes attach the message body; under the signature, so it is repeated as signed. */
  readonly wantsData: boolean;
  readonly signedAt: UnixSeconds;
  readonly signature: Signature;
}

/** What a client signed to end a registration. */
export interface UnsubscribeRequest {
  readonly account: AccountId;
  readonly ed25519: Ed25519Key | null;
  readonly subaccount: Subaccount | null;
  readonly signedAt: UnixSeconds;
  readonly signature: Signature;
}

/** Why a well-formed request is refused. */
export type Refusal =
  | 'key-mismatch'
  | 'timestamp'
  | 'subaccount-rights'
  | 'subaccount-prefix'
  | 'subaccount-signature'
  | 'signature';

/** What a storage node pushes for a new message, without the message itself. */
export interface Notification {
  /** The 33 bytes in latin1, as map key; see `accountKey`. */
  readonly accountKey: AccountKey;
  readonly hash: string;
  readonly namespace: number;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** An account as a string of 33 latin1 characters: small and quick as a map key. Never printed. */
export type AccountKey = string & { readonly accountKey: true };

/** A storage node's answer to one monitor entry. */
export type MonitorAnswer =
  | { readonly kind: 'subscribed' }
  | {
      readonly kind: 'refused';
      readonly reason: 'arguments' | 'key' | 'namespaces' | 'timestamp' | 'signature' | 'other';
    };
