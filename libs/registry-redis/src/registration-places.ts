import type { AccountId, DeviceId, DeviceToken, Service, WatchId } from '@push/protocol';
import { deriveIds, type IndexKeys, indexKeys, recordName } from '@push/registry';
import { type LiveKeyRing, type RingKey, writingKey } from '@push/sealing';

/** Where the records of one registration are, under one index key. */
export interface Place {
  readonly watchId: WatchId;
  readonly deviceId: DeviceId;
  readonly orderId: string;
  /** Full key names. */
  readonly watch: string;
  readonly device: string;
  readonly order: string;
  readonly lease: string;
  readonly orderSeal: IndexKeys['orderSeal'];
}

export interface Places {
  /** Under the index key that is written with. */
  readonly own: Place;
  /** Under every other key of the ring, where earlier records may be. */
  readonly others: readonly Place[];
}

export type FindPlaces = (service: Service, account: AccountId, token: DeviceToken) => Places;

export function createPlaceFinder(index: LiveKeyRing, now: () => number): FindPlaces {
  /** Keys fall out with the ring they belong to. */
  const derived = new WeakMap<RingKey, IndexKeys>();
  const keysOf = (ringKey: RingKey): IndexKeys => {
    const known = derived.get(ringKey) ?? indexKeys(ringKey.key);
    derived.set(ringKey, known);
    return known;
  };
  return (service, account, token) => {
    const place = (ringKey: RingKey): Place => {
      const keys = keysOf(ringKey);
      const { watchId, deviceId, orderId } = deriveIds(keys, service, account, token);
      return {
        watchId,
        deviceId,
        orderId,
        watch: recordName.watch(watchId),
        device: recordName.device(deviceId),
        order: recordName.order(orderId),
        lease: `lease:${orderId}`,
        orderSeal: keys.orderSeal,
      };
    };
    const ring = index.current;
    const current = writingKey(ring, now());
    return { own: place(current), others: ring.filter((key) => key !== current).map(place) };
  };
}
