import { randomBytes } from 'node:crypto';
import { type Group, groupFromSeed, join } from '../../test/stubs/client/group.ts';
import { type Account, accountFromSeed } from '../../test/stubs/client/mailbox-key.ts';
import type { Device } from '../../test/stubs/client/registration.ts';
import { StubClient } from '../../test/stubs/client/stub-client.ts';
import type { Scene } from './scene.ts';

/** A phone: somebody's account, the app on it, and the push token its provider gave it. */
export interface Phone {
  readonly owner: string;
  readonly what: string;
  readonly account: Account;
  readonly client: StubClient;
  readonly device: Device;
  /** What the app subscribes to in the own mailbox. */
  readonly namespaces: readonly number[];
  /** Where the provider's stub delivers to it. */
  readonly controlUrl: string;
}

export interface Cast {
  readonly alice: Phone;
  readonly bob: Phone;
  readonly group: Group;
  /** Writes to the others; slow mode, so she registers nothing. */
  readonly carol: StubClient;
}

/** Alice has an iPhone, Bob an Android phone, both are in a group of Carol's. Everybody is made up anew each time. */
export function castFor({ network, apns, fcm }: Scene): Cast {
  const { oxendUrl } = network;
  const group = groupFromSeed(randomBytes(32));
  const [alice, bob, carol] = [
    accountFromSeed(randomBytes(32)),
    accountFromSeed(randomBytes(32)),
    accountFromSeed(randomBytes(32)),
  ];
  return {
    alice: {
      owner: 'Alice',
      what: 'iPhone',
      account: alice,
      client: new StubClient({ account: alice, groups: [join(group, alice)], style: 'ios', oxendUrl }),
      device: { service: 'apns', token: randomBytes(32).toString('hex') },
      namespaces: [0, 2, 3, 4, 5],
      controlUrl: apns.controlUrl,
    },
    bob: {
      owner: 'Bob',
      what: 'Android phone',
      account: bob,
      client: new StubClient({ account: bob, groups: [join(group, bob)], style: 'android', oxendUrl }),
      device: { service: 'firebase', token: `demo:${randomBytes(100).toString('base64url')}` },
      namespaces: [0],
      controlUrl: fcm.controlUrl,
    },
    group,
    carol: new StubClient({ account: carol, groups: [group], oxendUrl }),
  };
}
