import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApnsReply, connectTo, providerToken, request } from './apns-client.ts';
import { type ApnsStub, startApnsStub } from './apns-stub.ts';

let stub: ApnsStub;
let session: ClientHttp2Session;
let headers: { readonly [name: string]: string };

const freshToken = (): string => `11${randomBytes(31).toString('hex')}`;
const nowS = (): number => Math.floor(Date.now() / 1000);
const variable = (name: string): string => stub.environment[name] ?? '';

beforeAll(async () => {
  stub = await startApnsStub({ maxConcurrentStreams: 250 });
  session = await connectTo(stub.url, variable('APNS_CA_FILE'));
  const kid = variable('APNS_KEY_ID');
  headers = {
    ':method': 'POST',
    authorization: providerToken(
      variable('APNS_KEY_FILE'),
      { alg: 'ES256', kid },
      { iss: variable('APNS_TEAM_ID'), iat: nowS() },
    ),
    'apns-topic': variable('APNS_TOPIC'),
    'apns-push-type': 'alert',
    'apns-priority': '10',
  };
});

afterAll(async () => {
  session.destroy();
  await stub[Symbol.asyncDispose]();
});

const push = (token: string, more: { readonly [name: string]: string } = {}, body = '{"aps":{}}'): Promise<ApnsReply> =>
  request(session, { ...headers, ':path': `/3/device/${token}`, ...more }, body);

describe('the APNs stub', () => {
  test('allows one stream until it has seen a credential, then as many as configured', async () => {
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1);
    const raised = new Promise<number | undefined>((resolve) =>
      session.once('remoteSettings', ({ maxConcurrentStreams }) => resolve(maxConcurrentStreams)),
    );
    await push(freshToken());
    expect(await raised).toBe(250);
  });

  test('accepts a push in order, repeats its apns-id and remembers it byte for byte', async () => {
    const token = freshToken();
    const id = '6d2ba0dc-7d3c-4d9b-b8ae-1ea6b0ab0e20';
    const reply = await push(token, { 'apns-id': id, 'apns-expiration': '99' }, '{ "aps": {"badge" : 1}}');
    expect({ status: reply.status, id: reply.headers['apns-id'], body: reply.body }).toEqual({
      status: 200,
      id,
      body: '',
    });
    const accepted = await stub.nextPush(token);
    expect(accepted?.payload.toString()).toBe('{ "aps": {"badge" : 1}}');
    expect(accepted?.headers).toMatchObject({ 'apns-id': id, 'apns-expiration': '99', 'apns-priority': '10' });
  });

  test.each([
    ['another method', { ':method': 'PUT' }, 405, 'MethodNotAllowed'],
    ['another path', { ':path': '/3/devices/11' }, 404, 'BadPath'],
    ['no token', { ':path': '/3/device/' }, 400, 'MissingDeviceToken'],
    ['half a token', { ':path': '/3/device/abcdef' }, 400, 'BadDeviceToken'],
    ['no credential', { authorization: '' }, 403, 'InvalidProviderToken'],
    ['another topic', { 'apns-topic': 'org.example.other' }, 400, 'TopicDisallowed'],
    ['an unknown push type', { 'apns-push-type': 'shout' }, 400, 'InvalidPushType'],
    ['an unknown priority', { 'apns-priority': '11' }, 400, 'BadPriority'],
    ['a date that is none', { 'apns-expiration': 'soon' }, 400, 'BadExpirationDate'],
    ['an id that is no UUID', { 'apns-id': '1234' }, 400, 'BadMessageId'],
    ['a long collapse id', { 'apns-collapse-id': 'x'.repeat(65) }, 400, 'BadCollapseId'],
  ])('refuses %s', async (_, more, status, reason) => {
    const reply = await push(freshToken(), more);
    expect({ status: reply.status, reason: JSON.parse(reply.body) }).toEqual({ status, reason: { reason } });
  });

  test.each([
    ['more than 4,096 bytes', JSON.stringify({ aps: {}, x: 'x'.repeat(4_096) }), 413, 'PayloadTooLarge'],
    ['what is not JSON', '{"aps":', 400, 'PayloadEmpty'],
    ['what holds no aps', '{"spns":1}', 400, 'PayloadEmpty'],
  ])('refuses a payload of %s', async (_, body, status, reason) => {
    const reply = await push(freshToken(), {}, body);
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status, body: { reason } });
  });

  test.each([
    ['of another key id', { kid: 'ANOTHERKEY' }, {}, 'InvalidProviderToken'],
    ['of another team', {}, { iss: 'ANOTHER001' }, 'InvalidProviderToken'],
    ['of another algorithm', { alg: 'none' }, {}, 'InvalidProviderToken'],
    ['more than an hour old', {}, { iat: nowS() - 3_700 }, 'ExpiredProviderToken'],
    ['from the future', {}, { iat: nowS() + 900 }, 'InvalidProviderToken'],
    ['without a time', {}, { iat: undefined }, 'InvalidProviderToken'],
  ])('refuses a provider token %s', async (_, header, claims, reason) => {
    const authorization = providerToken(
      variable('APNS_KEY_FILE'),
      { alg: 'ES256', kid: variable('APNS_KEY_ID'), ...header },
      { iss: variable('APNS_TEAM_ID'), iat: nowS(), ...claims },
    );
    const reply = await push(freshToken(), { authorization });
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({ status: 403, body: { reason } });
  });

  test('refuses a provider token whose signature does not fit', async () => {
    const authorization = `${headers['authorization']?.slice(0, -6)}AAAAAA`;
    expect((await push(freshToken(), { authorization })).status).toBe(403);
  });

  test('believes a client certificate of its own authority, and then asks for no token', async () => {
    const { APNS_CERT_FILE = '', APNS_CERT_KEY_FILE = '' } = stub.certificateEnvironment;
    const tls = { cert: readFileSync(APNS_CERT_FILE), key: readFileSync(APNS_CERT_KEY_FILE) };
    const known = await connectTo(stub.url, variable('APNS_CA_FILE'), tls);
    const { authorization: _, ...rest } = headers;
    const reply = await request(known, { ...rest, ':path': `/3/device/${freshToken()}` }, '{"aps":{}}');
    known.destroy();
    expect(reply.status).toBe(200);
  });

  test('tells the fate that a token carries', async () => {
    const reply = await push(`0bad4102${'0'.repeat(56)}`);
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({
      status: 410,
      body: { reason: 'Unregistered', timestamp: Date.UTC(2020, 0, 1) },
    });
  });

  test('behaves as ordered, as often as ordered, towards one token or all', async () => {
    const token = freshToken();
    stub.behave({ token, behaviour: 'InternalServerError', times: 2 });
    expect([(await push(token)).status, (await push(token)).status, (await push(token)).status]).toEqual([
      500, 500, 200,
    ]);
    stub.behave({ behaviour: { kind: 'refuse', status: 503, reason: 'ServiceUnavailable', retryAfter: '7' } });
    const reply = await push(freshToken());
    expect({ status: reply.status, wait: reply.headers['retry-after'] }).toEqual({ status: 503, wait: '7' });
    stub.behave({ behaviour: null });
    expect((await push(token)).status).toBe(200);
  });

  test('resets a stream and cuts a connection', async () => {
    await expect(push(`0badf001${'0'.repeat(56)}`)).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    const other = await connectTo(stub.url, variable('APNS_CA_FILE'));
    const closed = new Promise((resolve) => other.once('close', resolve));
    const sent = request(other, { ...headers, ':path': `/3/device/0badf002${'0'.repeat(56)}` }, '{"aps":{}}');
    sent.catch(() => {});
    await closed;
    expect(other.destroyed).toBe(true);
  });
});

describe('its control server', () => {
  const call = (path: string, init?: RequestInit): Promise<Response> => fetch(`${stub.controlUrl}${path}`, init);
  const order = (rule: unknown): Promise<Response> =>
    call('/behaviour', { method: 'POST', body: typeof rule === 'string' ? rule : JSON.stringify(rule) });

  test('is healthy', async () => {
    expect((await call('/health')).status).toBe(204);
  });

  test('lists what was accepted after a given push', async () => {
    const before = stub.pushes.at(-1)?.seq ?? 0;
    const token = freshToken();
    await push(token);
    const listed = (await (await call(`/pushes?since=${before}`)).json()) as { token: string; payloadBase64: string }[];
    expect(listed.map((each) => [each.token, atob(each.payloadBase64)])).toEqual([[token, '{"aps":{}}']]);
  });

  test('keeps a phone waiting until its next push, and no longer than it asked for', async () => {
    const token = freshToken();
    const waiting = call(`/devices/${token}/next?timeoutMs=10000`);
    await push(token);
    const first = (await (await waiting).json()) as { seq: number; token: string };
    expect(first.token).toBe(token);
    expect((await call(`/devices/${token}/next?after=${first.seq}&timeoutMs=20`)).status).toBe(204);
  });

  test('changes behaviour', async () => {
    const token = freshToken();
    expect((await order({ token, behaviour: 'Shutdown', times: 1 })).status).toBe(204);
    expect([(await push(token)).status, (await push(token)).status]).toEqual([503, 200]);
  });

  test.each([
    { behaviour: 'nonsense' },
    { behaviour: { kind: 'refuse' } },
    { token: 7, behaviour: 'hang' },
    '{',
    'null',
  ])('refuses %j as a behaviour', async (rule) => {
    expect((await order(rule)).status).toBe(400);
  });
});
