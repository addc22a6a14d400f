import { randomBytes } from 'node:crypto';
import { type Account, accountFromSeed } from '../stubs/client/mailbox-key.ts';
import { type Device, subscribeRequest, unsubscribeRequest } from '../stubs/client/registration.ts';

/** Somebody with a phone, and the requests that phone would send. */
export interface Person {
  readonly account: Account;
  readonly device: Device;
  readonly namespaces: readonly number[];
}

export function person(service: 'apns' | 'firebase', namespaces: readonly number[] = [0, 2, 3, 4, 5]): Person {
  const token = service === 'apns' ? randomBytes(32).toString('hex') : `e2e:${randomBytes(90).toString('base64url')}`;
  return { account: accountFromSeed(randomBytes(32)), device: { service, token }, namespaces };
}

export type RelayRequest = Readonly<Record<string, unknown>>;

export function subscribing({ account, device, namespaces }: Person, signedAt = nowS()): RelayRequest {
  return subscribeRequest(account, device, { namespaces, signedAt });
}

export function unsubscribing({ account, device }: Person, signedAt = nowS()): RelayRequest {
  return unsubscribeRequest(account, device, signedAt);
}

export const nowS = (): number => Math.floor(Date.now() / 1000);

/** Posts as Android does, whatever the relay answers. */
export async function post(relayUrl: string, action: 'subscribe' | 'unsubscribe', body: unknown) {
  const response = await fetch(`${relayUrl}/${action}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as unknown };
}
