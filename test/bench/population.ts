import { type Account, accountFromSeed } from '../stubs/client/mailbox-key.ts';
import { type Device, postToRelay, subscribeRequest } from '../stubs/client/registration.ts';
import { blake2b256 } from '../stubs/wire/sodium.ts';

/** An account with one device. The same seed and index give the same one, in every process. */
export interface Phone {
  readonly account: Account;
  readonly device: Device;
}

export function phoneAt(seed: string, index: number): Phone {
  const derive = (what: string): Buffer => blake2b256(`bench ${what} ${index}`, seed);
  return {
    account: accountFromSeed(derive('account')),
    device: { service: 'apns', token: derive('token').toString('hex') },
  };
}

export function phonesAt(seed: string, first: number, count: number): readonly Phone[] {
  return Array.from({ length: count }, (_, index) => phoneAt(seed, first + index));
}

/** What the iOS app subscribes an own account to. */
export const NAMESPACES = [0, 2, 3, 4, 5] as const;
const ARRAY_SIZE = 100;
const CONNECTIONS = 4;

export type RelayBody = readonly Readonly<Record<string, unknown>>[];

/** Signed requests in arrays of 100, as the Android app sends them. `signedAt` is in unix seconds. */
export function relayBodies(phones: readonly Phone[], signedAt: number): readonly RelayBody[] {
  const requests = phones.map(({ account, device }) =>
    subscribeRequest(account, device, { namespaces: NAMESPACES, signedAt }),
  );
  const arrays = Math.ceil(requests.length / ARRAY_SIZE);
  return Array.from({ length: arrays }, (_, index) => requests.slice(index * ARRAY_SIZE, (index + 1) * ARRAY_SIZE));
}

/** Sends the arrays over four connections at once, one after another on each. Throws unless every item is new and taken. */
export async function registerAll(relayUrl: string, bodies: readonly RelayBody[]): Promise<void> {
  const waiting = bodies.values();
  const connection = async (): Promise<void> => {
    for (const body of waiting) {
      const answers = await postToRelay(relayUrl, 'subscribe', body, 'android');
      if (!answers.every((answer) => 'added' in answer)) throw new Error('the relay did not take a registration');
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}
