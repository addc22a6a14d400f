import { describe, expect, test } from '@jest/globals';
import {
  accountFromSeed,
  areNamespaces,
  createRelayClient,
  type Device,
  directTransport,
  type EncType,
  groupMemberFromSeed,
  groupOwnerFromSeed,
  onionTransport,
  parseRelayUrl,
  type Signer,
  type Subscription,
} from '../src/index.ts';
import { vectors } from '../../../test/stubs/wire/vectors.ts';
import { verifies } from '../../../test/stubs/wire/sodium.ts';
import { fakeRelay } from './fake-relay.ts';
import { person, phone } from './phones.ts';

describe('an identity', () => {
  test.each(vectors('accounts').map(({ seed, ...rest }) => [seed.slice(0, 8), seed, rest] as const))(
    'of seed %s… is the vector’s account',
    (_, seed, { ed25519, session_id }) => {
      const signer = accountFromSeed(Buffer.from(seed, 'hex'));
      expect([signer.account, signer.sessionEd25519]).toEqual([session_id, ed25519]);
      expect(groupOwnerFromSeed(Buffer.from(seed, 'hex')).account).toBe(`03${ed25519}`);
    },
  );

  test('is not changed by what happens to the seed afterwards', async () => {
    const seed = new Uint8Array(32).fill(7);
    const { account, sign } = groupOwnerFromSeed(seed);
    seed.fill(0);
    const signature = await sign(Buffer.from('text'));
    expect(verifies(signature, 'text', Buffer.from(account.slice(2), 'hex'))).toBe(true);
  });

  test('of a member needs the seed of the key in the tag', () => {
    const seed = new Uint8Array(32).fill(1);
    const key = groupOwnerFromSeed(seed).account.slice(2);
    const group = `03${'cd'.repeat(32)}`;
    const subaccount = { tag: `03030000${key}`, signature: 'ef'.repeat(64) };
    const member = groupMemberFromSeed({ group, subaccount, seed });
    expect([member.account, member.subaccount]).toEqual([group, subaccount]);
    expect(() => groupMemberFromSeed({ group, subaccount, seed: new Uint8Array(32) })).toThrow(
      expect.objectContaining({ code: 'invalid-input', field: 'subaccount' }),
    );
  });

  test.each([0, 31, 33, 64])('is not made of a seed of %i bytes', (length) => {
    expect(() => accountFromSeed(new Uint8Array(length))).toThrow(expect.objectContaining({ field: 'seed' }));
  });
});

describe('what no relay accepts is refused before anything is sent:', () => {
  const { account, sessionEd25519 = '', sign } = person(0);
  const tag = '00'.repeat(36);
  const signers: readonly (readonly [string, string, Signer])[] = [
    ['an account that is too short', 'account', { account: account.slice(2), sessionEd25519, sign }],
    ['an account that is no hex', 'account', { account: `05${'x'.repeat(64)}`, sessionEd25519, sign }],
    ['a Session ID without its Ed25519 key', 'sessionEd25519', { account, sign }],
    ['an Ed25519 key that is too short', 'sessionEd25519', { account, sessionEd25519: 'ab', sign }],
    ['a tag that is too long', 'subaccount', { ...person(0), subaccount: { tag: `${tag}00`, signature: '' } }],
    ['a signature that is too short', 'signature', { ...person(0), sign: () => new Uint8Array(63) }],
  ];
  test.each(signers)('%s', async (_, field, signer) => {
    expect(await refusal({ signer, namespaces: [0] }, phone)).toMatchObject({ field });
  });

  test.each([
    ['none', []],
    ['descending ones', [2, 0]],
    ['the same twice', [0, 0]],
    ['one beyond int16', [32_768]],
    ['a fraction', [0.5]],
    ['more than 32', Array.from({ length: 33 }, (_, index) => index)],
  ])('namespaces: %s', async (_, namespaces) => {
    expect(areNamespaces(namespaces)).toBe(false);
    expect(await refusal({ signer: person(0), namespaces }, phone)).toMatchObject({ field: 'namespaces' });
  });

  test.each([
    ['an APNs token that is no hex', 'token', { service: 'apns', token: 'z'.repeat(64) }],
    ['an APNs token of another length', 'token', { service: 'apns-sandbox', token: 'ab' }],
    ['an empty FCM token', 'token', { service: 'firebase', token: '' }],
    ['an FCM token of 1,000 bytes', 'token', { service: 'firebase', token: 'ö'.repeat(500) }],
    ['half a surrogate pair', 'token', { service: 'huawei', token: 'a\uD800b' }],
    ['another service', 'service', { service: 'pigeon', token: 'a' }],
  ])('%s', async (_, field, device) => {
    const subscription = { signer: person(0), namespaces: [0] };
    expect(await refusal(subscription, device as Device)).toMatchObject({ field });
  });

  test('an FCM token of 999 bytes is fine, and so is one with whole surrogate pairs', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    for (const token of ['a'.repeat(999), '👋']) await client.unsubscribe([person(0)], { service: 'huawei', token });
    expect(relay.lists).toHaveLength(2);
  });

  /** What is thrown, provided that nothing was sent. */
  async function refusal(subscription: Subscription, device: Device): Promise<unknown> {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const good = { signer: person(1), namespaces: [0] };
    const error: unknown = await client.subscribe([good, subscription], device).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'InputError', code: 'invalid-input' });
    expect(relay.lists).toEqual([]);
    return error;
  }
});

describe('where a relay is', () => {
  test.each([
    ['https://push.example.org', { protocol: 'https', host: 'push.example.org', port: 443 }],
    ['HTTPS://Push.Example.org/', { protocol: 'https', host: 'push.example.org', port: 443 }],
    ['http://127.0.0.1:8080', { protocol: 'http', host: '127.0.0.1', port: 8080 }],
    ['http://[2001:DB8::1]:81/', { protocol: 'http', host: '[2001:db8::1]', port: 81 }],
    ['http://localhost', { protocol: 'http', host: 'localhost', port: 80 }],
  ])('is read from %s', (url, origin) => {
    expect(parseRelayUrl(url)).toEqual(origin);
  });

  test.each([
    '',
    'push.example.org',
    'ftp://push.example.org',
    'https://',
    'https://push.example.org/push',
    'https://push.example.org?x',
    'https://user@push.example.org',
    'https://push.example.org:0',
    'https://push.example.org:65536',
    'https://2001:db8::1',
    'https://push.example.org\n',
    ' https://push.example.org',
  ])('is not read from %j', (url) => {
    expect(parseRelayUrl(url)).toBeNull();
    expect(() => directTransport({ relayUrl: url })).toThrow(expect.objectContaining({ field: 'relayUrl' }));
  });

  const SMALL_ORDER = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ecff${'ff'.repeat(29)}7f`];
  test.each(['', 'ab', 'x'.repeat(64), ...SMALL_ORDER])('has no onion key %j', (onionKey) => {
    const options = { relayUrl: 'https://push.example.org', onionKey, path: () => Promise.reject(new Error('unused')) };
    for (const encType of ['xchacha20', 'aes-gcm'] as const) {
      expect(() => onionTransport({ ...options, encType })).toThrow(expect.objectContaining({ field: 'onionKey' }));
    }
  });

  test('is sent nothing under a cipher that it does not know', () => {
    const options = { relayUrl: 'https://push.example.org', onionKey: '09'.repeat(32), encType: 'rot13' as EncType };
    expect(() => onionTransport({ ...options, path: () => Promise.reject(new Error('unused')) })).toThrow(
      expect.objectContaining({ field: 'encType' }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('is not waited for %d ms', (timeoutMs) => {
    expect(() => directTransport({ relayUrl: 'http://localhost', timeoutMs })).toThrow(
      expect.objectContaining({ field: 'timeoutMs' }),
    );
  });
});
