declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** 33 bytes: network prefix (`05` Session ID, `03` group) and a 32-byte public key. */
export type AccountId = Brand<Uint8Array, 'AccountId'>;
/** 32 bytes, RFC 8032 public key. */
export type Ed25519Key = Brand<Uint8Array, 'Ed25519Key'>;
/** 32 bytes, RFC 7748 Montgomery u. */
export type X25519Key = Brand<Uint8Array, 'X25519Key'>;
/** 64 bytes, RFC 8032 signature. */
export type Signature = Brand<Uint8Array, 'Signature'>;
/** 36 bytes: prefix, flags, 0, 0, Ed25519 key. */
export type SubaccountTag = Brand<Uint8Array, 'SubaccountTag'>;
/** APNs: the 32 bytes of the hexadecimal token. FCM and HMS: 1 to 999 bytes of UTF-8. */
export type DeviceToken = Brand<Uint8Array, 'DeviceToken'>;
/** 16 bytes in base64url (22 characters). Names a device to watcher, queue and dispatcher; says nothing about it. */
export type DeviceId = Brand<string, 'DeviceId'>;
/** 16 bytes in base64url (22 characters). */
export type WatchId = Brand<string, 'WatchId'>;
/** Seconds since 1970. */
export type UnixSeconds = Brand<number, 'UnixSeconds'>;
/** Milliseconds since 1970. */
export type UnixMs = Brand<number, 'UnixMs'>;
/** 64-bit number naming a swarm. */
export type SwarmId = Brand<bigint, 'SwarmId'>;
/** 64-bit position on the swarm ring. */
export type SwarmSpace = Brand<bigint, 'SwarmSpace'>;
