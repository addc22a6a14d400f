import type { DeviceId, DeviceToken, MonitorRequest, Service, UnsubscribeRequest, WatchId } from '@push/protocol';

/** One device of one account, as a client registers it: valid, authorised, not yet stored. */
export interface Registration {
  readonly request: MonitorRequest;
  readonly service: Service;
  readonly token: DeviceToken;
  /** The app fetches by itself on a wakeup, so quiet namespaces may wake it too. */
  readonly polls: boolean;
}

/** What the watcher may know of a registration: the account and an opaque device. */
export interface WatchRecord {
  readonly request: MonitorRequest;
  readonly service: Service;
  readonly deviceId: DeviceId;
  readonly polls: boolean;
}

/** What the dispatcher may know of a registration: how to reach the device. */
export interface DeviceRecord {
  readonly service: Service;
  readonly token: DeviceToken;
  readonly tokenKind: 'token';
  /** Days since 1970 (UTC), rounded up. */
  readonly registeredOn: number;
}

export type WatchChange =
  | { readonly kind: 'put'; readonly watchId: WatchId; readonly record: WatchRecord; readonly expiresAtMs: number }
  | { readonly kind: 'remove'; readonly watchId: WatchId };

/** The watcher's view of the registry. */
export interface WatchSource {
  /**
   * Every watch there is, then every change, until `signal` fires. A change arrives within a second of its registration.
   * After a reconnect, or when changes were missed, the whole registry is scanned again: `scanned` tells which watch ids
   * exist, so that the others can be dropped. Never rejects for a Redis that is away: it waits and goes on.
   */
  follow(handler: WatchHandler, signal: AbortSignal): Promise<void>;
  /** Deletes a watch whose device is dead. */
  remove(watchId: WatchId): Promise<void>;
}

export interface WatchHandler {
  changed(change: WatchChange): void;
  /** The scan that began with the first `changed` after the last one is complete; `present` is all it saw. */
  scanned(present: ReadonlySet<WatchId>): void;
  /** A dispatcher learnt from the provider that this device is gone. */
  deviceDied(deviceId: DeviceId): void;
  /** A record that cannot be opened or read; counted by `reason`, never shown. */
  unreadable(reason: 'unknown-key' | 'missing-epoch' | 'corrupt'): void;
}

/** The dispatcher's view of the registry. Both reject with a coded error when Redis cannot answer. */
export interface DeviceSource {
  read(deviceId: DeviceId): Promise<DeviceLookup>;
  /** Forgets the device and tells the watchers. */
  forget(deviceId: DeviceId): Promise<void>;
}

export type DeviceLookup =
  | { readonly kind: 'found'; readonly record: DeviceRecord }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly reason: 'unknown-key' | 'missing-epoch' | 'corrupt' };

/** What a client asks to end. */
export interface Deregistration {
  readonly request: UnsubscribeRequest;
  readonly service: Service;
  readonly token: DeviceToken;
}

/**
 * `superseded`: a newer request of the same registration was carried out before; `not-admitted`: it would have been new, and
 * the caller did not want that. Nothing was changed then.
 */
export type SubscribeOutcome = 'added' | 'updated' | 'superseded' | 'not-admitted';
export type UnsubscribeOutcome = 'removed' | 'nothing-there' | 'superseded' | 'not-admitted';

/** Asked once before something is stored for a registration that is not live, of whatever request; `false` prevents it. */
export type Admission = () => boolean;

/**
 * The relay's view of the registry. Rejects with {@link RegistryUnavailable} when it is not certain that everything is
 * stored: never a false success. Repeating a call after that is safe and completes it.
 */
export interface RegistryWriter {
  subscribe(registration: Registration, admits?: Admission): Promise<SubscribeOutcome>;
  unsubscribe(deregistration: Deregistration, admits?: Admission): Promise<UnsubscribeOutcome>;
}

/** Redis did not answer in time, or another relay holds the lease of this registration for too long. */
export class RegistryUnavailable extends Error {
  override readonly name = 'RegistryUnavailable';
  readonly code: 'unreachable' | 'busy';

  constructor(code: 'unreachable' | 'busy') {
    super('the registry did not confirm the change');
    this.code = code;
  }
}
