import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PushTransport, Verdict } from '@push/dispatch';
import type { DeviceToken } from '@push/protocol';
import { type ApnsStub, startApnsStub } from '../../../test/stubs/apns/apns-stub.ts';
import { createApnsTransport } from '../src/index.ts';

const UUID = '5e3d9f0c-3a52-4a43-8b0e-6f1f4d2a9b11';
let stub: ApnsStub;
let transport: PushTransport;

const variable = (name: string): string => stub.environment[name] ?? '';
const open = (more: object = {}): PushTransport =>
  createApnsTransport({
    service: 'apns',
    credentials: {
      kind: 'token',
      key: readFileSync(variable('APNS_KEY_FILE'), 'utf8'),
      keyId: variable('APNS_KEY_ID'),
      teamId: variable('APNS_TEAM_ID'),
    },
    topic: variable('APNS_TOPIC'),
    url: stub.url,
    ca: readFileSync(variable('APNS_CA_FILE'), 'utf8'),
    timeLimitMs: 5_000,
    ...more,
  });
const newToken = (prefix = '11111111'): DeviceToken =>
  Buffer.from(`${prefix}${randomBytes(28).toString('hex')}`, 'hex') as Uint8Array as DeviceToken;
const send = (token = newToken(), through = transport): Promise<Verdict> =>
  through.send({ token, wakeupUuid: UUID, expiresAtS: 1_900_000_000 });

beforeEach(async () => {
  stub = await startApnsStub();
  transport = open();
});
afterEach(async () => {
  await transport[Symbol.asyncDispose]();
  await stub[Symbol.asyncDispose]();
});

describe('APNs over node-apn', () => {
  test('names topic, kind, urgency, end, notice and wakeup in the headers, and nothing else', async () => {
    const token = newToken();
    await send(token);
    const push = await stub.nextPush(Buffer.from(token).toString('hex'));
    const { authorization, ...headers } = push?.headers ?? {};
    expect(authorization).toMatch(/^bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(headers).toEqual({
      'apns-topic': variable('APNS_TOPIC'),
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': '1900000000',
      'apns-collapse-id': 'wakeup',
      'apns-id': UUID,
    });
  });

  test('shows one provider token for all its connections', async () => {
    await using hasty = open({ timeLimitMs: 500 });
    await send(newToken(), hasty);
    await send(newToken('0badf002'), hasty);
    await send(newToken(), hasty);
    await send(newToken('0badf003'), hasty);
    await send(newToken(), hasty);
    expect(stub.connectionCount).toBe(3);
    expect(new Set(stub.pushes.map(({ headers }) => headers['authorization'])).size).toBe(1);
  });

  test('sends a burst over one connection, within the one stream that APNs allows at first', async () => {
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => send()));
    expect(verdicts.filter(({ kind }) => kind === 'done')).toHaveLength(100);
    expect(stub.connectionCount).toBe(1);
    expect(stub.requestCount).toBe(100);
  });

  test('keeps a connection that answers other devices while one stays without', async () => {
    await using hasty = open({ timeLimitMs: 500 });
    const hung = send(newToken('0badf000'), hasty);
    await send(newToken(), hasty);
    expect(await hung).toEqual({ kind: 'retry', reason: 'late', afterMs: null });
    await send(newToken(), hasty);
    expect(stub.connectionCount).toBe(1);
  });

  test('holds on to every token after the operator revoked the key, until it is good again', async () => {
    stub.behave({ behaviour: 'InvalidProviderToken' });
    expect(await send()).toEqual({ kind: 'hold', reason: 'InvalidProviderToken', afterMs: null });
    stub.behave({ behaviour: null });
    expect(await send()).toEqual({ kind: 'done' });
  });

  test('refuses at once to start with a key that is none, without repeating it', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n';
    expect(() => open({ credentials: { kind: 'token', key, keyId: 'KEY', teamId: 'TEAM' } })).toThrow(
      /^(?!.*c2VjcmV0).*$/s,
    );
  });

  test.each(['apns', 'apns-sandbox'] as const)('serves %s without an address of its own', async (service) => {
    await using sandbox = open({ service, url: null, ca: null });
    expect(sandbox.service).toBe(service);
  });
});
