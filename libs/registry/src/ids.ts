import { type AccountId, type DeviceId, type DeviceToken, type Service, SERVICES, type WatchId } from '@push/protocol';
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Names the order record of a registration: 16 bytes in base64url. */
export type OrderId = string & { readonly orderId: true };

/** The names of one registration's three records. Nobody without the index key sees that they belong together. */
export interface RegistrationIds {
  readonly watchId: WatchId;
  readonly deviceId: DeviceId;
  readonly orderId: OrderId;
}

/** What is derived from one 32-byte index key. Key objects, since an HMAC from raw bytes costs five times as much. */
export interface IndexKeys {
  readonly watch: KeyObject;
  readonly device: KeyObject;
  readonly order: KeyObject;
  /** Seals the order records, so that only relays read them. */
  readonly orderSeal: KeyObject;
}

const ID_BYTES = 16;

/** HKDF-SHA256 (RFC 5869) without salt, one label for each use. */
export function indexKeys(indexKey: Uint8Array): IndexKeys {
  const derive = (label: string): KeyObject => {
    const key = hkdfSync('sha256', indexKey, new Uint8Array(0), `session push relay ${label}`, 32);
    return createSecretKey(new Uint8Array(key));
  };
  return {
    watch: derive('watch id'),
    device: derive('device id'),
    order: derive('order id'),
    orderSeal: derive('order seal'),
  };
}

/**
 * Deterministic, so that renewing overwrites and no index from account or token to records exists. The token is part of
 * every id: an id that depended on the account alone would tell which registrations belong together.
 */
export function deriveIds(keys: IndexKeys, service: Service, account: AccountId, token: DeviceToken): RegistrationIds {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(token.length);
  const input = Buffer.concat([Buffer.of(SERVICES.indexOf(service)), account, length, token]);
  const id = (key: KeyObject): string =>
    createHmac('sha256', key).update(input).digest().toString('base64url', 0, ID_BYTES);
  return {
    watchId: id(keys.watch) as WatchId,
    deviceId: id(keys.device) as DeviceId,
    orderId: id(keys.order) as OrderId,
  };
}
