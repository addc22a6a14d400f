import { hexBytes, utf8Bytes } from './bytes.ts';
import { InputError } from './input-error.ts';

/** Push services that a relay may offer. */
export const SERVICES = ['apns', 'apns-sandbox', 'firebase', 'huawei'] as const;
export type Service = (typeof SERVICES)[number];

/** Where wakeups go. */
export interface Device {
  readonly service: Service;
  /** The device token as the service gave it. APNs: 64 hex digits. FCM and HMS: text of 1 to 999 bytes. */
  readonly token: string;
  /** The app fetches by itself on a wakeup, so the relay need not have anything shown to the user. Default false. */
  readonly polls?: boolean;
}

const APNS_TOKEN_BYTES = 32;
const MAX_TOKEN_BYTES = 999;
/** Half of a surrogate pair has no UTF-8. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

export function isToken(service: Service, token: string): boolean {
  switch (service) {
    case 'apns':
    case 'apns-sandbox':
      return hexBytes(token, APNS_TOKEN_BYTES) !== null;
    case 'firebase':
    case 'huawei':
      return token !== '' && !LONE_SURROGATE.test(token) && utf8Bytes(token).length <= MAX_TOKEN_BYTES;
  }
}

/** Throws {@link InputError} for a device that no relay accepts. */
export function checkDevice({ service, token }: Device): void {
  if (!SERVICES.includes(service)) throw new InputError('service', `must be one of ${SERVICES.join(', ')}`);
  if (isToken(service, token)) return;
  throw new InputError(
    'token',
    service === 'apns' || service === 'apns-sandbox'
      ? 'must be 64 hex digits for APNs'
      : `must be text of 1 to ${MAX_TOKEN_BYTES} bytes`,
  );
}
