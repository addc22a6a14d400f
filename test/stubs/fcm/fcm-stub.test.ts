import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FcmReply, grantForm, post, postOverHttp2 } from './fcm-client.ts';
import { type FcmStub, startFcmStub } from './fcm-stub.ts';
import type { ServiceAccount } from './service-account.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';

let stub: FcmStub;
let ca: Buffer;
let agent: Agent;
let account: ServiceAccount;
let bearer: string;

const variable = (name: string): string => stub.environment[name] ?? '';
const freshToken = (): string => `phone:${randomUUID()}`;
const grant = (form: string): Promise<FcmReply> => post(stub.tokenUrl, agent, {}, form);
const newBearer = async (): Promise<string> => {
  const { access_token: token } = JSON.parse((await grant(grantForm(account, SCOPE))).body) as { access_token: string };
  return `Bearer ${token}`;
};
const send = (body: object | string, headers: { [name: string]: string } = {}, project = 'session-stub') =>
  post(
    `${stub.url}/v1/projects/${project}/messages:send`,
    agent,
    { authorization: bearer, ...headers },
    typeof body === 'string' ? body : JSON.stringify(body),
  );
const message = (token: string): { message: { token: string; data: object; android: object } } => ({
  message: { token, data: { spns: '1' }, android: { priority: 'HIGH', ttl: '14400s' } },
});

beforeAll(async () => {
  stub = await startFcmStub();
  ca = readFileSync(variable('FCM_CA_FILE'));
  agent = new Agent({ keepAlive: true, ca });
  account = JSON.parse(readFileSync(variable('FCM_SERVICE_ACCOUNT_FILE'), 'utf8')) as ServiceAccount;
  bearer = await newBearer();
});

afterAll(async () => {
  agent.destroy();
  await stub[Symbol.asyncDispose]();
});

describe('the OAuth endpoint of the FCM stub', () => {
  test('gives a bearer for a grant of its service account, and remembers the scope', async () => {
    const reply = await grant(grantForm(account, SCOPE));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({ token_type: 'Bearer', expires_in: 3_599 });
    expect(stub.grants.at(-1)?.scope).toBe(SCOPE);
  });

  test.each([
    ['of another account', { iss: 'mallory@example.org' }, 'invalid_grant'],
    ['for another endpoint', { aud: 'https://oauth2.googleapis.com/token' }, 'invalid_grant'],
    ['that has ended', { iat: 1, exp: 2 }, 'invalid_grant'],
    ['that lasts a day', { exp: 4_000_000_000 }, 'invalid_grant'],
    ['without the scope', { scope: 'https://www.googleapis.com/auth/userinfo.email' }, 'invalid_scope'],
  ])('refuses a grant %s', async (_, claims, error) => {
    const reply = await grant(grantForm(account, SCOPE, claims));
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toMatchObject({ status: 400, body: { error } });
  });

  test('refuses a grant whose signature does not fit, and what is no grant', async () => {
    const form = new URLSearchParams(grantForm(account, SCOPE));
    form.set('assertion', `${form.get('assertion')?.slice(0, -8)}AAAAAAAA`);
    expect((await grant(form.toString())).status).toBe(400);
    expect((await grant('grant_type=password')).status).toBe(400);
  });

  test('behaves as ordered', async () => {
    stub.behave({ token: '/token', behaviour: 'unavailable', times: 1 });
    expect((await grant(grantForm(account, SCOPE))).status).toBe(503);
    expect((await grant(grantForm(account, SCOPE))).status).toBe(200);
  });
});

describe('the FCM stub', () => {
  test('accepts a message in order over HTTP/1.1 and HTTP/2 and remembers it byte for byte', async () => {
    const token = freshToken();
    const body = JSON.stringify(message(token), null, 1);
    const reply = await send(body);
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({ name: expect.stringMatching(/^projects\/session-stub\/messages\//) });
    const first = await stub.nextPush(token);
    expect(first?.payload.toString()).toBe(body);
    const url = `${stub.url}/v1/projects/session-stub/messages:send`;
    expect(await postOverHttp2(url, ca, { authorization: bearer }, body)).toBe(200);
    expect((await stub.nextPush(token, { after: first?.seq ?? 0 }))?.payload.toString()).toBe(body);
  });

  test('checks a message that is for validation only, without delivering it', async () => {
    const token = freshToken();
    expect((await send({ ...message(token), validate_only: true })).status).toBe(200);
    expect(await stub.nextPush(token, { timeoutMs: 0 })).toBeNull();
  });

  test('refuses a bearer that it did not give or took back', async () => {
    expect((await send(message(freshToken()), { authorization: 'Bearer ya29.forged' })).status).toBe(401);
    stub.revokeBearers();
    expect((await send(message(freshToken()))).status).toBe(401);
    bearer = await newBearer();
  });

  test('knows no other project', async () => {
    const reply = await send(message(freshToken()), {}, 'another-project');
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toEqual({
      status: 404,
      body: { error: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' } },
    });
  });

  test.each([
    ['a topic', { topic: 'all' }, 'message.topic'],
    ['a notice', { notification: { title: 'x' } }, 'message.notification'],
    ['a label', { fcm_options: { analytics_label: 'x' } }, 'message.fcm_options'],
    ['data that is no text', { data: { spns: 1 } }, 'message.data.spns'],
    ['a reserved key', { data: { google_x: '1' } }, 'message.data.google_x'],
    ['a collapse key', { android: { collapse_key: 'x' } }, 'message.android.collapse_key'],
    ['an unknown priority', { android: { priority: 'URGENT' } }, 'message.android.priority'],
    ['a lifetime without unit', { android: { ttl: '14400' } }, 'message.android.ttl'],
  ])('refuses a message with %s', async (_, more, field) => {
    const reply = await send({ message: { ...message(freshToken()).message, ...more } });
    const { error } = JSON.parse(reply.body) as { error: { details: { fieldViolations: { field: string }[] }[] } };
    expect(reply.status).toBe(400);
    expect(error.details[0]?.fieldViolations[0]?.field).toBe(field);
  });

  test('refuses what is not JSON, and a token that cannot be one', async () => {
    expect((await send('{')).status).toBe(400);
    const reply = await send(message('no spaces allowed'));
    expect(JSON.parse(reply.body)).toMatchObject({ error: { details: [{ errorCode: 'INVALID_ARGUMENT' }] } });
  });

  test('tells the fate that a token carries', async () => {
    const reply = await send(message('fate-unregistered:1'));
    expect({ status: reply.status, body: JSON.parse(reply.body) }).toMatchObject({
      status: 404,
      body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } },
    });
  });

  test('says when to come back', async () => {
    const reply = await send(message('fate-quota-exceeded-for-90s:1'));
    expect({ status: reply.status, wait: reply.headers['retry-after'] }).toEqual({ status: 429, wait: '90' });
  });

  test('cuts a connection', async () => {
    await expect(send(message('fate-disconnect:1'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
