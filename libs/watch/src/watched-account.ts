import type { AccountKey, DeviceId, MonitorRequest, Service, SwarmId, WatchId } from '@push/protocol';

/** What a registration tells the watcher. */
export interface WatchDetails {
  readonly request: MonitorRequest;
  readonly service: Service;
  readonly deviceId: DeviceId;
  readonly polls: boolean;
}

/**
 * An account with at least one device. There may be a million: small fields, shared where they repeat, and lists that are
 * replaced by `concat`, since V8 makes room for 17 in a list that is pushed to or spread.
 */
export interface WatchedAccount {
  readonly key: AccountKey;
  swarmId: SwarmId | null;
  devices: readonly WatchedDevice[];
  /** What storage nodes are asked for this account: one entry for each distinct {@link MonitorScope}. */
  entries: readonly MonitorEntry[];
}

export interface WatchedDevice {
  readonly watchId: WatchId;
  readonly deviceId: DeviceId;
  readonly service: Service;
  readonly polls: boolean;
  /** Seconds since 1970. */
  readonly expiresAtS: number;
  readonly entry: MonitorEntry;
}

/** What was signed for besides the account. Devices that agree in it share one entry, or nodes could count devices. */
export interface MonitorScope {
  readonly namespaces: readonly number[];
  readonly wantsData: boolean;
  /** The 36 bytes in latin1, or empty. */
  readonly subaccountTag: string;
}

export interface MonitorEntry extends MonitorScope {
  readonly account: WatchedAccount;
  /** The newest signature's entry, bencoded, in latin1: V8 has no smaller home for 200 bytes. */
  body: string;
  signedAtS: number;
  /** Its place in the lists of its swarm's members; -1 while in no swarm. */
  slot: number;
}
