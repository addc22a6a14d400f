import { describe, expect, test } from '@jest/globals';
import { monitorString, unsubscribeString } from '../../../test/stubs/wire/signed-strings.ts';
import { verifies } from '../../../test/stubs/wire/sodium.ts';
import { type ClientVector, vectors } from '../../../test/stubs/wire/vectors.ts';
import { createRelayClient, type Device, type Signer } from '../src/index.ts';
import { fakeRelay } from './fake-relay.ts';
import { groupMember, people, person, phone } from './phones.ts';

const NOW_MS = 1_763_769_600_999;

/** Vectors of somebody whose seed is known, and whose signature is his own over what the request says. */
const own = (list: readonly ClientVector[]): [string, ClientVector, Signer][] =>
  list.flatMap((vector) => {
    const account = Buffer.from(String(vector.request['pubkey']), 'hex').toString('hex');
    const signer = people.find((each) => each.account === account);
    return signer === undefined || vector.expect === 'reject' ? [] : [[vector.name, vector, signer]];
  });

const deviceOf = ({ service, service_info }: ClientVector['request']): Device => ({
  service: service as Device['service'],
  ...(service_info as { readonly token: string }),
});

const hexSignature = (request: ClientVector['request']): object => ({
  ...request,
  signature: Buffer.from(String(request['signature']), 'base64').toString('hex'),
});

describe('a request', () => {
  const subscribes = own(vectors('subscribe'));
  const unsubscribes = own(vectors('unsubscribe'));

  test('can be held to several vectors of each kind', () => {
    expect(subscribes.length).toBeGreaterThanOrEqual(5);
    expect(unsubscribes.length).toBeGreaterThanOrEqual(2);
  });

  test.each(subscribes)('to subscribe is the vector’s: %s', async (_, { request }, signer) => {
    const relay = fakeRelay();
    const client = createRelayClient({
      transport: relay,
      nowMs: () => Number(request['sig_ts']) * 1000 + 999,
      random: () => Buffer.from(String(request['enc_key']), 'hex'),
    });
    const namespaces = request['namespaces'] as readonly number[];
    await client.subscribe([{ signer, namespaces }], deviceOf(request), { data: request['data'] === true });
    expect(relay.lists).toEqual([[hexSignature(request)]]);
    expect(relay.requests).toMatchObject([{ method: 'POST', endpoint: '/subscribe' }]);
  });

  test.each(unsubscribes)('to unsubscribe is the vector’s: %s', async (_, { request }, signer) => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay, nowMs: () => Number(request['sig_ts']) * 1000 });
    await client.unsubscribe([signer], deviceOf(request));
    expect(relay.lists).toEqual([[hexSignature(request)]]);
    expect(relay.requests).toMatchObject([{ method: 'POST', endpoint: '/unsubscribe' }]);
  });

  test('of a member is signed by the key inside his tag, and says whose tag it is', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay, nowMs: () => NOW_MS });
    const { groupId, ...signer } = groupMember();
    await client.subscribe([{ signer, namespaces: [11, 12] }], phone);
    await client.unsubscribe([signer], phone);
    const [[subscribe], [unsubscribe]] = relay.lists as [[Fields], [Fields]];
    const account = Buffer.from(groupId, 'hex');
    const member = Buffer.from(signer.subaccount?.tag.slice(8) ?? '', 'hex');
    for (const [request, text] of [
      [subscribe, monitorString(account, Math.floor(NOW_MS / 1000), false, [11, 12])],
      [unsubscribe, unsubscribeString(account, Math.floor(NOW_MS / 1000))],
    ] as const) {
      expect(verifies(Buffer.from(String(request['signature']), 'hex'), text, member)).toBe(true);
      expect(request).toMatchObject({
        pubkey: groupId,
        subaccount: signer.subaccount?.tag,
        subaccount_sig: signer.subaccount?.signature,
      });
      expect(request).not.toHaveProperty('session_ed25519');
    }
  });

  test('of a group does not tell whose Ed25519 key it is, even if the app gives one', async () => {
    const relay = fakeRelay();
    const { sign, sessionEd25519 = '' } = person(0);
    await createRelayClient({ transport: relay }).unsubscribe(
      [{ account: `03${sessionEd25519}`, sessionEd25519, sign }],
      phone,
    );
    expect(relay.lists.flat()).toMatchObject([{ pubkey: `03${sessionEd25519}` }]);
    expect(relay.lists.flat()[0]).not.toHaveProperty('session_ed25519');
  });

  test('asks for no message bodies unless told to, and says that the app polls only if it does', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const subscriptions = [{ signer: person(0), namespaces: [0] }];
    await client.subscribe(subscriptions, phone);
    await client.subscribe(subscriptions, { ...phone, polls: true }, { data: true });
    await client.subscribe(subscriptions, { ...phone, polls: false });
    await client.unsubscribe([person(0)], { ...phone, polls: true });
    const info = relay.lists.map(([item]) => [item?.['data'], item?.['service_info']]);
    const { token } = phone;
    expect(info).toEqual([
      [false, { token }],
      [true, { token, polls: true }],
      [false, { token }],
      [undefined, { token }],
    ]);
  });

  test('carries another throw-away key each time', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const subscription = { signer: person(0), namespaces: [0] };
    await client.subscribe([subscription, subscription], phone);
    const keys = relay.lists.flat().map((item) => String(item['enc_key']));
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(2);
  });

  test('is signed as relays write the account, in lower case, whatever the app wrote', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay, nowMs: () => NOW_MS });
    const { account, sessionEd25519 = '', sign } = person(0);
    const loud = { account: account.toUpperCase(), sessionEd25519: sessionEd25519.toUpperCase(), sign };
    await client.unsubscribe([loud, person(0)], phone);
    const [[first, second] = []] = relay.lists;
    expect(first).toEqual(second);
  });

  test('may be signed by a keystore that takes its time, one after the other', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const order: string[] = [];
    const slow = (name: string): Signer => ({
      ...person(0),
      sign: async (bytes) => {
        order.push(`${name} begins`);
        const signature = await person(0).sign(bytes);
        order.push(`${name} ends`);
        return signature;
      },
    });
    await client.unsubscribe([slow('one'), slow('two')], phone);
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
    expect(relay.lists.flat()).toHaveLength(2);
  });
});

type Fields = ClientVector['request'];
