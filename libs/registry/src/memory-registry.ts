import type { DeviceId, UnixMs, WatchId } from '@push/protocol';
import { recordExpiry, registrationDay } from './expiry.ts';
import { deriveIds, indexKeys } from './ids.ts';
import { decideSubscribe, decideUnsubscribe, type Order } from './order.ts';
import type {
  DeviceRecord,
  DeviceSource,
  RegistryWriter,
  WatchHandler,
  WatchRecord,
  WatchSource,
} from './registration.ts';

export interface MemoryRegistry {
  readonly writer: RegistryWriter;
  readonly watches: WatchSource;
  readonly devices: DeviceSource;
}

export interface MemoryRegistryOptions {
  /** 32 bytes. */
  readonly indexKey: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Kept<T> {
  readonly value: T;
  readonly expiresAtMs: UnixMs;
}

/** The registry of one process, for tests and trials: the rules of the real one without its storage. */
export function createMemoryRegistry({ indexKey, now: nowMs }: MemoryRegistryOptions): MemoryRegistry {
  const keys = indexKeys(indexKey);
  const orders = new Map<string, Kept<Order>>();
  const watches = new Map<WatchId, Kept<WatchRecord>>();
  const devices = new Map<DeviceId, Kept<DeviceRecord>>();
  const handlers = new Set<WatchHandler>();
  const now = (): UnixMs => nowMs() as UnixMs;

  const find = <K, T>(map: Map<K, Kept<T>>, id: K): Kept<T> | null => {
    const kept = map.get(id);
    if (kept !== undefined && kept.expiresAtMs > now()) return kept;
    map.delete(id);
    return null;
  };
  const tell = (act: (handler: WatchHandler) => void): void => {
    for (const handler of handlers) act(handler);
  };

  const writer: RegistryWriter = {
    subscribe: async ({ request, service, token, polls }, admits = anything) => {
      const { watchId, deviceId, orderId } = deriveIds(keys, service, request.account, token);
      const stamp = request.signedAt;
      const decision = decideSubscribe(find(orders, orderId)?.value ?? null, stamp);
      if (decision.kind === 'leave') return decision.outcome;
      if (decision.outcome === 'added' && !admits()) return 'not-admitted';
      const expiry = (id: string): UnixMs => recordExpiry(id, stamp, now());
      const registeredOn = registrationDay(stamp, now());
      const record: WatchRecord = { request, service, deviceId, polls };
      orders.set(orderId, { value: { state: 'live', stamp }, expiresAtMs: expiry(orderId) });
      devices.set(deviceId, {
        value: { service, token, tokenKind: 'token', registeredOn },
        expiresAtMs: expiry(deviceId),
      });
      watches.set(watchId, { value: record, expiresAtMs: expiry(watchId) });
      tell((handler) => handler.changed({ kind: 'put', watchId, record, expiresAtMs: expiry(watchId) }));
      return decision.outcome;
    },
    unsubscribe: async ({ request, service, token }, admits = anything) => {
      const { watchId, deviceId, orderId } = deriveIds(keys, service, request.account, token);
      const stamp = request.signedAt;
      const decision = decideUnsubscribe(find(orders, orderId)?.value ?? null, stamp);
      if (decision.kind === 'leave') return decision.outcome;
      if (!decision.wasLive && !admits()) return 'not-admitted';
      orders.set(orderId, { value: { state: 'gone', stamp }, expiresAtMs: recordExpiry(orderId, stamp, now()) });
      const hadWatch = watches.delete(watchId);
      const hadDevice = devices.delete(deviceId);
      tell((handler) => handler.changed({ kind: 'remove', watchId }));
      return decision.wasLive || hadWatch || hadDevice ? 'removed' : 'nothing-there';
    },
  };

  return {
    writer,
    watches: {
      follow: async (handler, signal) => {
        if (signal.aborted) return;
        handlers.add(handler);
        const present = new Set([...watches.keys()].filter((id) => find(watches, id) !== null));
        for (const watchId of present) {
          const kept = find(watches, watchId);
          if (kept === null) continue;
          handler.changed({ kind: 'put', watchId, record: kept.value, expiresAtMs: kept.expiresAtMs });
        }
        handler.scanned(present);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        handlers.delete(handler);
      },
      remove: async (watchId) => {
        watches.delete(watchId);
      },
    },
    devices: {
      read: async (deviceId) => {
        const kept = find(devices, deviceId);
        return kept === null ? { kind: 'gone' } : { kind: 'found', record: kept.value };
      },
      forget: async (deviceId) => {
        devices.delete(deviceId);
        tell((handler) => handler.deviceDied(deviceId));
      },
    },
  };
}

const anything = (): boolean => true;
