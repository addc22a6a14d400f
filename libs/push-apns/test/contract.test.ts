import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { APNS_PAYLOAD } from '@push/dispatch';
import type { DeviceToken } from '@push/protocol';
import {
  describePushTransport,
  type Fate,
  type Rows,
  type TransportUnderTest,
} from '../../dispatch/test/push-transport-contract.ts';
import { freePort } from '../../../test/world/redis-server.ts';
import { type ApnsStub, startApnsStub } from '../../../test/stubs/apns/apns-stub.ts';
import { type ApnsCredentials, createApnsTransport } from '../src/index.ts';

/** See the stub's table of tokens that carry their fate. */
const PREFIXES: { readonly [F in Fate]?: string } = {
  accepted: '11111111',
  'device gone': '0bad4100',
  'device gone long ago': '0bad4102',
  'token malformed': '0bad4000',
  'token of another app': '0bad4001',
  'device had too many pushes': '0bad4290',
  'quota used up': '0bad4291',
  'our message refused': '0bad4004',
  'credential refused': '0bad4030',
  'app refused': '0bad4002',
  'internal error': '0bad5000',
  unavailable: '0bad5030',
  'unavailable for 30 s': '0bad5031',
  'page of a proxy': '0bad5020',
  'stream reset': '0badf001',
  'connection cut': '0badf002',
  'no answer': '0badf000',
};

const retry = (reason: string, afterMs: number | null = null): object => ({ kind: 'retry', reason, afterMs });
const hold = (reason: string, afterMs: number | null = null): object => ({ kind: 'hold', reason, afterMs });
const dead = (reason: string, sinceMs: unknown, isCertain: boolean): object => ({
  kind: 'dead',
  reason,
  sinceMs,
  isCertain,
});

const ROWS: Rows = {
  accepted: { verdict: { kind: 'done' } },
  'device gone': { verdict: dead('Unregistered', expect.any(Number), true) },
  'device gone long ago': { verdict: dead('Unregistered', Date.UTC(2020, 0, 1), true) },
  'token malformed': { verdict: dead('BadDeviceToken', null, false) },
  'token of another app': { verdict: dead('DeviceTokenNotForTopic', null, false) },
  'device had too many pushes': { verdict: retry('TooManyRequests', 60_000) },
  'quota used up': { verdict: hold('TooManyProviderTokenUpdates', 20 * 60_000) },
  'our message refused': { verdict: { kind: 'bug', reason: 'BadMessageId' } },
  'credential refused': { verdict: hold('InvalidProviderToken') },
  'app refused': { verdict: hold('TopicDisallowed') },
  'internal error': { verdict: retry('InternalServerError') },
  unavailable: { verdict: retry('ServiceUnavailable') },
  'unavailable for 30 s': {
    verdict: retry('ServiceUnavailable'),
    measured: 'node-apn looks for Retry-After in capitals and never finds it',
  },
  'page of a proxy': {
    verdict: retry('no-answer'),
    measured: 'node-apn drops the status of a body that is not JSON',
  },
  'stream reset': { verdict: retry('no-answer') },
  'connection cut': { verdict: retry('no-answer') },
  'no answer': { verdict: retry('late') },
  'wrong app': { verdict: hold('TopicDisallowed') },
  'nobody listens': { verdict: retry('no-answer') },
  'untrusted certificate': { verdict: retry('no-answer') },
};

async function start(credentialsFor: (stub: ApnsStub) => ApnsCredentials): Promise<TransportUnderTest> {
  const stub = await startApnsStub();
  const nobody = `https://localhost:${await freePort()}`;
  const { APNS_CA_FILE = '', APNS_TOPIC = '' } = stub.environment;
  return {
    open: ({ timeLimitMs, maxConcurrent = 100, flaw }) =>
      createApnsTransport({
        service: 'apns',
        credentials: flaw === 'wrong key' ? anotherKey(stub) : credentialsFor(stub),
        topic: flaw === 'wrong app' ? 'org.example.other' : APNS_TOPIC,
        url: flaw === 'nobody listens' ? nobody : stub.url,
        ca: flaw === 'untrusted certificate' ? null : readFileSync(APNS_CA_FILE, 'utf8'),
        timeLimitMs,
        maxConcurrent,
      }),
    token: (fate) =>
      Buffer.from(`${PREFIXES[fate]}${randomBytes(28).toString('hex')}`, 'hex') as Uint8Array as DeviceToken,
    hangAll: (hangs) => stub.behave({ behaviour: hangs ? 'hang' : null }),
    payloads: () => stub.pushes.map(({ payload }) => payload.toString()),
    requestCount: () => stub.requestCount,
    openConnectionCount: () => stub.openConnectionCount,
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

function byKey({ environment }: ApnsStub): ApnsCredentials {
  const { APNS_KEY_FILE = '', APNS_KEY_ID = '', APNS_TEAM_ID = '' } = environment;
  return { kind: 'token', key: readFileSync(APNS_KEY_FILE, 'utf8'), keyId: APNS_KEY_ID, teamId: APNS_TEAM_ID };
}

function byCertificate({ certificateEnvironment }: ApnsStub): ApnsCredentials {
  const { APNS_CERT_FILE = '', APNS_CERT_KEY_FILE = '' } = certificateEnvironment;
  return {
    kind: 'certificate',
    certificate: readFileSync(APNS_CERT_FILE, 'utf8'),
    key: readFileSync(APNS_CERT_KEY_FILE, 'utf8'),
  };
}

function anotherKey({ environment }: ApnsStub): ApnsCredentials {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { APNS_KEY_ID = '', APNS_TEAM_ID = '' } = environment;
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { kind: 'token', key, keyId: APNS_KEY_ID, teamId: APNS_TEAM_ID };
}

describePushTransport('APNs over node-apn, by signing key', {
  payload: APNS_PAYLOAD,
  rows: { ...ROWS, 'wrong key': { verdict: hold('InvalidProviderToken') } },
  start: () => start(byKey),
});

describePushTransport('APNs over node-apn, by certificate', {
  payload: APNS_PAYLOAD,
  rows: ROWS,
  start: () => start(byCertificate),
});
