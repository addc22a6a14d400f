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
import { type ApnsBehaviour, FATEFUL_PREFIXES } from '../../../test/stubs/apns/reaction.ts';
import { type ApnsCredentials, createApnsTransport } from '../src/index.ts';

const BEHAVIOURS: { readonly [F in Fate]?: ApnsBehaviour } = {
  'device gone': 'Unregistered',
  'device gone long ago': 'UnregisteredIn2020',
  'token malformed': 'BadDeviceToken',
  'token of another app': 'DeviceTokenNotForTopic',
  'device had too many pushes': 'TooManyRequests',
  'quota used up': 'TooManyProviderTokenUpdates',
  'our message refused': 'BadMessageId',
  'credential refused': 'InvalidProviderToken',
  'app refused': 'TopicDisallowed',
  'internal error': 'InternalServerError',
  unavailable: 'ServiceUnavailable',
  'unavailable for 30 s': 'ServiceUnavailableFor30s',
  'page of a proxy': 'page502',
  'stream reset': 'reset',
  'connection cut': 'disconnect',
  'connection frozen': 'freeze',
  'no answer': 'hang',
};

/** A token that carries its fate, or one that carries none. */
function tokenWith(behaviour: ApnsBehaviour | undefined): DeviceToken {
  const fateful = Object.entries(FATEFUL_PREFIXES).find(([, name]) => name === behaviour);
  return Buffer.from(
    `${fateful?.[0] ?? '11111111'}${randomBytes(28).toString('hex')}`,
    'hex',
  ) as Uint8Array as DeviceToken;
}

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
  'connection frozen': { verdict: retry('late') },
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
    token: (fate) => tokenWith(BEHAVIOURS[fate]),
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
