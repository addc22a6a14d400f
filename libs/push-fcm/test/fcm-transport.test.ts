import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PushTransport, Verdict } from '@push/dispatch';
import type { DeviceToken } from '@push/protocol';
import { type FcmStub, startFcmStub } from '../../../test/stubs/fcm/fcm-stub.ts';
import { eventually } from '../../../test/world/eventually.ts';
import { createFcmTransport, parseServiceAccount, type ServiceAccount } from '../src/index.ts';

const UUID = '5e3d9f0c-3a52-4a43-8b0e-6f1f4d2a9b11';
let stub: FcmStub;
let transport: PushTransport;

const variable = (name: string): string => stub.environment[name] ?? '';
const open = (more: object = {}): PushTransport =>
  createFcmTransport({
    account: parseServiceAccount(readFileSync(variable('FCM_SERVICE_ACCOUNT_FILE'), 'utf8')) as ServiceAccount,
    url: stub.url,
    tokenUrl: null,
    ca: readFileSync(variable('FCM_CA_FILE'), 'utf8'),
    timeLimitMs: 5_000,
    ...more,
  });
const send = (token: string = randomUUID(), through = transport): Promise<Verdict> =>
  through.send({
    token: Buffer.from(token) as Uint8Array as DeviceToken,
    wakeupUuid: UUID,
    expiresAtS: 1_900_000_000,
  });

beforeEach(async () => {
  stub = await startFcmStub();
  transport = open();
});
afterEach(async () => {
  await transport[Symbol.asyncDispose]();
  await stub[Symbol.asyncDispose]();
});

describe('FCM over firebase-admin', () => {
  test('asks for the right to send and for nothing else, once for many messages', async () => {
    await Promise.all(Array.from({ length: 100 }, () => send()));
    expect(stub.grants.map(({ scope }) => scope)).toEqual(['https://www.googleapis.com/auth/firebase.messaging']);
  });

  test('asks at the endpoint it is told instead of the one its account names', async () => {
    const tokenUrl = `${stub.url}/elsewhere`;
    await using misled = open({ tokenUrl });
    expect(await send(randomUUID(), misled)).toEqual({ kind: 'retry', reason: 'oauth-status-404', afterMs: null });
    expect(stub.grants).toHaveLength(0);
  });

  test('keeps connections, no more than may be under way', async () => {
    await using narrow = open({ maxConcurrent: 3 });
    await Promise.all(Array.from({ length: 60 }, () => send(randomUUID(), narrow)));
    // One more for the bearer.
    expect(stub.connectionCount).toBe(4);
    expect(stub.pushes).toHaveLength(60);
  });

  test('cuts the connection of a message it gave up, so that the message cannot go out late', async () => {
    await using hasty = open({ timeLimitMs: 800 });
    await send(randomUUID(), hasty);
    expect(stub.openConnectionCount).toBe(1);
    expect(await send('fate-hang:1', hasty)).toEqual({ kind: 'retry', reason: 'late', afterMs: null });
    await eventually(() => stub.openConnectionCount === 0);
  });

  test('holds once when its bearer was taken back, and comes with a new one', async () => {
    await send();
    stub.revokeBearers();
    expect(await send()).toEqual({ kind: 'hold', reason: 'UNAUTHENTICATED', afterMs: null });
    expect(await send()).toEqual({ kind: 'done' });
    expect(stub.grants).toHaveLength(2);
  });

  test.each([
    ['is unavailable', 'unavailable-for-30s', { kind: 'retry', reason: 'oauth-status-503', afterMs: 30_000 }],
    ['is behind a broken proxy', 'page-502', { kind: 'retry', reason: 'oauth-status-502', afterMs: null }],
    ['cuts the connection', 'disconnect', { kind: 'retry', reason: 'oauth-no-answer', afterMs: null }],
    ['does not answer', 'hang', { kind: 'retry', reason: 'oauth-no-answer', afterMs: null }],
  ] as const)('goes on by itself after the OAuth endpoint %s', async (_, behaviour, verdict) => {
    await using hasty = open({ timeLimitMs: 1_500 });
    stub.behave({ token: '/token', behaviour });
    expect(await send(randomUUID(), hasty)).toEqual(verdict);
    stub.behave({ token: '/token', behaviour: null });
    expect(await send(randomUUID(), hasty)).toEqual({ kind: 'done' });
  });

  test('lets two transports of one process be, each with its own app', async () => {
    const other = open();
    expect(await send(randomUUID(), other)).toEqual({ kind: 'done' });
    await other[Symbol.asyncDispose]();
    expect(await send()).toEqual({ kind: 'done' });
  });

  test('calls an empty token a bug without asking Google', async () => {
    expect(await send('')).toEqual({ kind: 'bug', reason: 'not-sendable' });
    expect(stub.requestCount).toBe(0);
  });
});
