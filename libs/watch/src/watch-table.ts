import { type AccountKey, accountKey, type DeviceId, encodeMonitorEntry, type WatchId } from '@push/protocol';
import { type NamespaceSets, sameScope, scopeOf } from './monitor-scope.ts';
import type { MonitorEntry, WatchDetails, WatchedAccount, WatchedDevice } from './watched-account.ts';

/** Told what storage nodes must be asked for, as it changes. */
export interface EntryListener {
  added(entry: MonitorEntry): void;
  /** The same request under a newer signature: nothing to send, unless a node refused the older one. */
  resigned(entry: MonitorEntry): void;
  removed(entry: MonitorEntry): void;
}

/** Who is to be woken for which account. */
export class WatchTable {
  readonly #accounts = new Map<AccountKey, WatchedAccount>();
  readonly #byWatch = new Map<WatchId, WatchedAccount>();
  readonly #byDevice = new Map<DeviceId, WatchedAccount>();
  readonly #listener: EntryListener;
  readonly #namespaceSets: NamespaceSets;
  #sweeping: Iterator<WatchedAccount> | null = null;

  constructor(listener: EntryListener, namespaceSets: NamespaceSets) {
    this.#listener = listener;
    this.#namespaceSets = namespaceSets;
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  get watchCount(): number {
    return this.#byWatch.size;
  }

  accounts(): Iterable<WatchedAccount> {
    return this.#accounts.values();
  }

  account(key: AccountKey): WatchedAccount | null {
    return this.#accounts.get(key) ?? null;
  }

  /** Adds a watch, or replaces the one of that id. */
  put(watchId: WatchId, details: WatchDetails, expiresAtMs: number): void {
    const key = accountKey(details.request.account);
    const account: WatchedAccount = this.#accounts.get(key) ?? { key, swarmId: null, devices: [], entries: [] };
    this.#accounts.set(key, account);
    const entry = this.#entryFor(account, details);
    const { deviceId, service, polls } = details;
    const device = { watchId, deviceId, service, polls, expiresAtS: Math.floor(expiresAtMs / 1000), entry };
    // The new device is in place before the old one leaves, so an entry they share is never taken back in between.
    account.devices = account.devices.concat(device);
    this.#drop(watchId, (other) => other !== device);
    this.#byWatch.set(watchId, account);
    this.#byDevice.set(deviceId, account);
  }

  remove(watchId: WatchId): void {
    this.#drop(watchId, () => true);
  }

  /** The watches of a device that is dead. */
  watchesOf(deviceId: DeviceId): WatchId[] {
    const devices = this.#byDevice.get(deviceId)?.devices ?? [];
    return devices.filter((device) => device.deviceId === deviceId).map(({ watchId }) => watchId);
  }

  /** Removes every watch that `present` lacks. */
  retain(present: ReadonlySet<WatchId>): void {
    for (const watchId of this.#byWatch.keys()) if (!present.has(watchId)) this.remove(watchId);
  }

  /**
   * Removes expired watches among the next `accountLimit` accounts, going round and round: many small steps, so that a
   * large table never holds up a wakeup. An expired watch that is still here is not used either way.
   */
  sweep(nowMs: number, accountLimit: number): void {
    this.#sweeping ??= this.#accounts.values();
    for (let i = 0; i < accountLimit; i += 1) {
      const { value: account, done } = this.#sweeping.next();
      if (done === true) {
        this.#sweeping = null;
        return;
      }
      const expired = account.devices.filter((device) => !isLive(device, nowMs));
      for (const { watchId } of expired) this.remove(watchId);
    }
  }

  #drop(watchId: WatchId, isMeant: (device: WatchedDevice) => boolean): void {
    const account = this.#byWatch.get(watchId);
    const device = account?.devices.find((candidate) => candidate.watchId === watchId && isMeant(candidate));
    if (account === undefined || device === undefined) return;
    account.devices = account.devices.filter((other) => other !== device);
    this.#byWatch.delete(watchId);
    if (this.watchesOf(device.deviceId).length === 0) this.#byDevice.delete(device.deviceId);
    if (!account.devices.some(({ entry }) => entry === device.entry)) {
      account.entries = account.entries.filter((entry) => entry !== device.entry);
      this.#listener.removed(device.entry);
    }
    if (account.devices.length === 0) this.#accounts.delete(account.key);
  }

  #entryFor(account: WatchedAccount, { request }: WatchDetails): MonitorEntry {
    const scope = scopeOf(request, this.#namespaceSets);
    const known = account.entries.find((entry) => sameScope(entry, scope));
    if (known !== undefined) {
      if (request.signedAt > known.signedAtS) {
        known.body = latin1(encodeMonitorEntry(request));
        known.signedAtS = request.signedAt;
        this.#listener.resigned(known);
      }
      return known;
    }
    const body = latin1(encodeMonitorEntry(request));
    const entry = { account, ...scope, body, signedAtS: request.signedAt, slot: -1 };
    account.entries = account.entries.concat(entry);
    this.#listener.added(entry);
    return entry;
  }
}

/** The devices to wake for a message in `namespace`; with `pollingOnly`, those whose app fetches by itself. */
export function devicesFor(
  account: WatchedAccount,
  namespace: number,
  { pollingOnly, nowMs }: { readonly pollingOnly: boolean; readonly nowMs: number },
): WatchedDevice[] {
  return account.devices.filter(
    (device) => isLive(device, nowMs) && (device.polls || !pollingOnly) && device.entry.namespaces.includes(namespace),
  );
}

function isLive({ expiresAtS }: WatchedDevice, nowMs: number): boolean {
  return expiresAtS * 1000 > nowMs;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
