import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { createRelayClient, directTransport, type Device, onionTransport, plainText, type Post } from '../src/index.ts';
import { openRoute, sealAnswer } from './onion-route.ts';
import { groupMember, person, phone } from './phones.ts';

const route = openRoute();
const member = groupMember();
const subscriptions = [
  { signer: person(0), namespaces: [0] },
  { signer: member, namespaces: [11] },
];
const text = (body: Uint8Array): string => Buffer.from(body).toString();

/** A relay, or something between, that repeats what it was sent as its message, one way or another. */
const echoes: readonly (readonly [string, Post])[] = [
  ['as a rejection', (_, body) => answer(400, JSON.stringify({ error: 1, message: text(body) }))],
  ['as it came', (_, body) => answer(400, text(body))],
  ['in the items of an overload', (_, body) => answer(503, JSON.stringify(itemsOf(text(body), 3)))],
  ['as a page', (_, body) => answer(502, `<html>${text(body)}</html>`)],
  ['as a success', (_, body) => answer(200, text(body))],
];
const answer = (status: number, body: string) => Promise.resolve({ status, headers: {}, body: Buffer.from(body) });
const itemsOf = (body: string, error: number): object[] =>
  (JSON.parse(body) as object[]).map((item) => ({ error, message: JSON.stringify(item) }));

const devices: readonly Device[] = [phone, { service: 'firebase', token: 'short one' }];
const secretsOf = (device: Device): readonly string[] => [
  device.token,
  person(0).account,
  person(0).account.slice(2),
  person(0).sessionEd25519 ?? '',
  member.account,
  member.subaccount?.tag ?? '',
  member.subaccount?.signature ?? '',
  member.subaccount?.tag.slice(8) ?? '',
];

/** Every way an app may write an error down. */
function written(error: unknown): string {
  const { message, stack, cause } = error as Error;
  return [message, stack, JSON.stringify(error), inspect(error, { depth: 9 }), inspect(cause)].join('\n');
}

describe.each(devices)('no error tells a token, key or account ($token)', (device) => {
  test.each(echoes)('when a relay repeats the request %s', async (_, post) => {
    const client = createRelayClient({ transport: directTransport({ relayUrl: 'http://localhost', post }) });
    const calls = [client.subscribe(subscriptions, device), client.unsubscribe([person(0), member], device)];
    for (const call of await Promise.allSettled(calls)) {
      expect(call.status).toBe('rejected');
      const told = written((call as PromiseRejectedResult).reason);
      for (const secret of secretsOf(device)) expect(told.toLowerCase()).not.toContain(secret.toLowerCase());
    }
  });

  test('nor does the outcome of an item', async () => {
    const post: Post = (_, body) => answer(200, JSON.stringify(itemsOf(text(body), 4)));
    const client = createRelayClient({ transport: directTransport({ relayUrl: 'http://localhost', post }) });
    const told = JSON.stringify(await client.subscribe(subscriptions, device));
    expect(told).toContain('refused');
    for (const secret of secretsOf(device)) expect(told).not.toContain(secret);
  });

  test('when it comes through an onion path, or when the path fails', async () => {
    const posts: Post[] = [
      (_, body) => {
        const { request, answerKey } = route.follow(body);
        const message = JSON.stringify({ error: 1, message: request[1] });
        return Promise.resolve({ status: 200, headers: {}, body: sealAnswer(400, message, answerKey) });
      },
      (_, body) => answer(502, text(body)),
      (_, body) => answer(200, text(body)),
    ];
    for (const post of posts) {
      const { onionKey, path } = route;
      const transport = onionTransport({ relayUrl: 'http://localhost', onionKey, path: () => path, post });
      const call = createRelayClient({ transport }).subscribe(subscriptions, device);
      const told = written(await call.catch((error: unknown) => error));
      expect(told).toContain('RelayError');
      for (const secret of secretsOf(device)) expect(told).not.toContain(secret);
    }
  });
});

test('no input error repeats what was wrong', async () => {
  const client = createRelayClient({ transport: directTransport({ relayUrl: 'http://localhost' }) });
  const wrong = `${person(0).account}0`;
  for (const call of [
    client.subscribe([{ signer: { ...person(0), account: wrong }, namespaces: [0] }], phone),
    client.subscribe([{ signer: { ...person(0), sessionEd25519: wrong }, namespaces: [0] }], phone),
    client.subscribe([{ signer: person(0), namespaces: [0] }], { service: 'apns', token: wrong }),
    client.unsubscribe([{ ...member, subaccount: { tag: wrong, signature: wrong } }], phone),
  ]) {
    const told = written(await call.catch((error: unknown) => error));
    expect(told).toContain('InputError');
    expect(told).not.toContain(wrong);
  }
});

test('what a relay says is one short line without anything that moves a terminal', () => {
  expect(plainText('signature does not verify', phone.token)).toBe('signature does not verify');
  expect(plainText('a\u001B[31m\r\n\tb\u2028c\u202Ed\u0000', '')).toBe('a [31m b c d');
  expect(plainText('a\u061Cb\uFEFFc\uFFF9d\u00ADe\u{E0041}f\u2066g\uD800h', '')).toBe('a b c d e f g h');
  expect(plainText('Grüße 👋', '')).toBe('Grüße 👋');
  expect(plainText('ab '.repeat(200), '')).toHaveLength(201);
  expect([plainText(5, ''), plainText(undefined, ''), plainText({}, '')]).toEqual(['', '', '']);
});
