import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Network, startNetwork } from '../network/network.ts';
import { monitorString, unsubscribeString } from '../wire/signed-strings.ts';
import { randomBytes, verifies } from '../wire/sodium.ts';
import { type ClientVector, vectors } from '../wire/vectors.ts';
import { groupFromSeed, join } from './group.ts';
import { LIFETIME_MS } from './mailbox.ts';
import { accountFromSeed } from './mailbox-key.ts';
import { subscribeRequest, unsubscribeRequest } from './registration.ts';
import { lockFor, openFromGroup, openOwn, sealTo } from './sealed-message.ts';
import { StubClient } from './stub-client.ts';

const [alice, bob, eve] = [1, 2, 3].map((byte) => accountFromSeed(Buffer.alloc(32, byte))) as [Person, Person, Person];
type Person = ReturnType<typeof accountFromSeed>;
const group = groupFromSeed(Buffer.alloc(32, 4));

describe('requests to the relay', () => {
  const accounts = vectors('accounts').map(({ seed }) => accountFromSeed(Buffer.from(seed, 'hex')));
  const own = (list: readonly ClientVector[]): [string, ClientVector, Person][] =>
    list.flatMap((vector) => {
      const account = accounts.find(({ sessionId }) => sessionId === vector.request['pubkey']);
      return account === undefined || vector.expect === 'reject' ? [] : [[vector.name, vector, account]];
    });
  const deviceOf = ({ service, service_info }: ClientVector['request']): { service: string; token: string } => ({
    service: String(service),
    ...(service_info as { token: string }),
  });

  test.each(own(vectors('subscribe')))('subscribe is the vector’s, byte for byte: %s', (_, { request }, account) => {
    const wish = {
      namespaces: request['namespaces'] as number[],
      wantsData: request['data'] as boolean,
      signedAt: request['sig_ts'] as number,
      encKey: Buffer.from(String(request['enc_key']), 'hex'),
    };
    expect(subscribeRequest(account, deviceOf(request), wish)).toEqual(hexed(request));
  });

  test.each(own(vectors('unsubscribe')))(
    'unsubscribe is the vector’s, byte for byte: %s',
    (_, { request }, account) => {
      expect(unsubscribeRequest(account, deviceOf(request), request['sig_ts'] as number)).toEqual(hexed(request));
    },
  );

  test('a group’s and a member’s requests carry signatures that hold', () => {
    const member = join(group, bob);
    const device = { service: 'firebase', token: 'token' };
    for (const [key, signer] of [
      [group, group.ed25519.publicKey],
      [member, member.subaccount?.tag.subarray(4) ?? Buffer.alloc(0)],
    ] as const) {
      const request = subscribeRequest(key, device, { namespaces: [11, 12], signedAt: 5 });
      const signature = Buffer.from(String(request['signature']), 'base64');
      expect(verifies(signature, monitorString(group.account, 5, true, [11, 12]), signer)).toBe(true);
      const farewell = Buffer.from(String(unsubscribeRequest(key, device, 5)['signature']), 'base64');
      expect(verifies(farewell, unsubscribeString(group.account, 5), signer)).toBe(true);
    }
  });
});

/** The one spelling of byte values that the client uses: hex, but base64 for signatures. */
function hexed(request: ClientVector['request']): object {
  const signature = Buffer.from(String(request['signature']), 'base64');
  expect(signature).toHaveLength(64);
  return { ...request, signature: signature.toString('base64') };
}

describe('messages', () => {
  const text = 'Grüße 👋';

  test('to a person are opened by nobody else, and name the sender', () => {
    const sealed = sealTo(bob.account, alice, text);
    expect(openOwn(sealed, bob)).toEqual({ from: alice.sessionId, text });
    expect(openOwn(sealed, eve)).toBeNull();
    expect(openOwn(sealed, alice)).toBeNull();
  });

  test('to a group are opened with its key only, and name the sender', () => {
    const locked = lockFor(group, alice, text);
    expect(openFromGroup(locked, join(group, bob))).toEqual({ from: alice.sessionId, text });
    expect(openFromGroup(locked, groupFromSeed(Buffer.alloc(32, 5)))).toBeNull();
  });

  test('with any bit flipped are not accepted', () => {
    const sealed = sealTo(bob.account, alice, text);
    const locked = lockFor(group, alice, text);
    for (let byte = 0; byte < sealed.length; byte += 7) {
      const [flippedSealed, flippedLocked] = [Buffer.from(sealed), Buffer.from(locked)];
      flippedSealed[byte] = (flippedSealed[byte] ?? 0) ^ 1;
      const at = byte % locked.length;
      flippedLocked[at] = (flippedLocked[at] ?? 0) ^ 1;
      expect(openOwn(flippedSealed, bob)).toBeNull();
      expect(openFromGroup(flippedLocked, group)).toBeNull();
    }
  });

  test('can’t be passed on as though meant for another, or signed in another’s name', () => {
    const asAlice = { ...eve, ed25519: { publicKey: alice.ed25519.publicKey, secretKey: eve.ed25519.secretKey } };
    expect(openOwn(sealTo(bob.account, asAlice, text), bob)).toBeNull();
    const otherGroup = { account: groupFromSeed(Buffer.alloc(32, 6)).account, messageKey: group.messageKey };
    expect(openFromGroup(lockFor(group, alice, text), otherGroup)).toBeNull();
  });

  test('say little about their length', () => {
    const lengths = ['', 'a', 'a'.repeat(150)].map((each) => sealTo(bob.account, alice, each).length);
    expect(new Set(lengths).size).toBe(1);
  });
});

describe('over a network', () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork({ swarms: 2, nodesPerSwarm: 2 });
  });
  afterAll(() => network[Symbol.asyncDispose]());
  const phone = (account: Person): StubClient =>
    new StubClient({ account, oxendUrl: network.oxend.rpcUrl, groups: [join(group, account)] });

  test('a phone reads what was sent to it and to its group, once', async () => {
    const [sender, reader] = [phone(alice), phone(bob)];
    await sender.send(bob.sessionId, 'to you');
    await sender.send(bob.sessionId, 'ringing', { ttlMs: LIFETIME_MS.call });
    await sender.sendToGroup(join(group, alice), 'to all');
    const received = await reader.poll();
    expect(received.map(({ namespace, message }) => [namespace, message])).toEqual([
      [0, { from: alice.sessionId, text: 'to you' }],
      [0, { from: alice.sessionId, text: 'ringing' }],
      [11, { from: alice.sessionId, text: 'to all' }],
    ]);
    expect(await reader.poll()).toEqual([]);
  });

  test('a message that is no message is shown as unreadable and does not hide the next', async () => {
    const [sender, reader] = [phone(alice), phone(eve)];
    const [member] = network.nodesOf(eve.account);
    const params = {
      pubkey: eve.sessionId,
      timestamp: Date.now(),
      ttl: 60_000,
      data: randomBytes(300).toString('base64'),
    };
    const body = JSON.stringify({ method: 'store', params });
    await fetch(`http://127.0.0.1:${member?.httpPort}/storage_rpc/v1`, { method: 'POST', body });
    await sender.send(eve.sessionId, 'after it');
    const own = (await reader.poll()).filter(({ mailbox }) => mailbox === eve.sessionId);
    expect(own.map(({ message }) => message?.text)).toEqual([undefined, 'after it']);
  });

  test('settings are stored for 30 days under the account’s own signature', async () => {
    expect(await phone(alice).saveConfig(3, 'contacts')).toHaveLength(43);
  });

  test('a lifetime below ten seconds is refused with the swarm’s number', async () => {
    await expect(phone(alice).send(bob.sessionId, 'x', { ttlMs: 9_000 })).rejects.toMatchObject({ status: 403 });
  });
});
