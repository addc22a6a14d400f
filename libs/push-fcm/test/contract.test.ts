import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FCM_DATA } from '@push/dispatch';
import type { DeviceToken } from '@push/protocol';
import {
  describePushTransport,
  type Fate,
  type Flaw,
  type Rows,
  type TransportUnderTest,
} from '../../dispatch/test/push-transport-contract.ts';
import { type FcmStub, startFcmStub } from '../../../test/stubs/fcm/fcm-stub.ts';
import { freePort } from '../../../test/world/redis-server.ts';
import { createFcmTransport, parseServiceAccount, type ServiceAccount } from '../src/index.ts';

/** See the stub's table of tokens that carry their fate. */
const FATES: { readonly [F in Fate]?: string } = {
  'device gone': 'fate-unregistered:',
  'token malformed': 'fate-bad-token-field:',
  'token of another app': 'fate-sender-id-mismatch:',
  'quota used up': 'fate-quota-exceeded:',
  'our message refused': 'fate-bad-field:',
  'credential refused': 'fate-permission-denied:',
  'app refused': 'fate-not-found:',
  'internal error': 'fate-internal:',
  unavailable: 'fate-unavailable:',
  'unavailable for 30 s': 'fate-unavailable-for-30s:',
  'page of a proxy': 'fate-page-502:',
  'connection cut': 'fate-disconnect:',
  'connection frozen': 'fate-hang:',
  'no answer': 'fate-hang:',
};

const retry = (reason: string, afterMs: number | null = null): object => ({ kind: 'retry', reason, afterMs });
const hold = (reason: string): object => ({ kind: 'hold', reason, afterMs: null });
const dead = (reason: string, isCertain: boolean): object => ({ kind: 'dead', reason, sinceMs: null, isCertain });

const ROWS: Rows = {
  accepted: { verdict: { kind: 'done' } },
  'device gone': { verdict: dead('UNREGISTERED', true) },
  'token malformed': { verdict: dead('INVALID_ARGUMENT', false) },
  'token of another app': { verdict: dead('SENDER_ID_MISMATCH', false) },
  'quota used up': { verdict: retry('QUOTA_EXCEEDED', 60_000) },
  'our message refused': { verdict: { kind: 'bug', reason: 'INVALID_ARGUMENT' } },
  'credential refused': { verdict: hold('PERMISSION_DENIED') },
  'app refused': { verdict: hold('NOT_FOUND') },
  'internal error': { verdict: retry('INTERNAL') },
  unavailable: { verdict: retry('UNAVAILABLE') },
  'unavailable for 30 s': { verdict: retry('UNAVAILABLE', 30_000) },
  'page of a proxy': { verdict: retry('status-502') },
  'connection cut': { verdict: retry('no-answer') },
  'connection frozen': { verdict: retry('late') },
  'no answer': { verdict: retry('late') },
  'wrong key': { verdict: hold('oauth-invalid_grant') },
  'wrong app': { verdict: hold('NOT_FOUND') },
  'nobody listens': { verdict: retry('no-answer') },
  'untrusted certificate': { verdict: retry('oauth-no-answer') },
};

async function start(): Promise<TransportUnderTest> {
  const stub = await startFcmStub();
  const nobody = `https://localhost:${await freePort()}`;
  const ca = readFileSync(stub.environment['FCM_CA_FILE'] ?? '', 'utf8');
  return {
    open: ({ timeLimitMs, maxConcurrent = 50, flaw }) =>
      createFcmTransport({
        account: accountWith(stub, flaw),
        url: flaw === 'nobody listens' ? nobody : stub.url,
        tokenUrl: stub.tokenUrl,
        ca: flaw === 'untrusted certificate' ? null : ca,
        timeLimitMs,
        maxConcurrent,
      }),
    token: (fate) => Buffer.from(`${FATES[fate] ?? ''}${randomUUID()}`) as Uint8Array as DeviceToken,
    payloads: () => stub.pushes.map(({ payload, token }) => payload.toString().replace(token, 'TOKEN')),
    requestCount: () => stub.requestCount,
    openConnectionCount: () => stub.openConnectionCount,
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

function accountWith({ environment }: FcmStub, flaw: Flaw | undefined): ServiceAccount {
  const account = parseServiceAccount(readFileSync(environment['FCM_SERVICE_ACCOUNT_FILE'] ?? '', 'utf8'));
  if (account === null) throw new Error('the stub wrote no service account');
  if (flaw === 'wrong app') return { ...account, projectId: 'another-project' };
  if (flaw !== 'wrong key') return account;
  return { ...account, privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey };
}

describePushTransport('FCM over firebase-admin', {
  payload: JSON.stringify({
    message: { token: 'TOKEN', data: FCM_DATA, android: { priority: 'HIGH', ttl: '14400s' } },
  }),
  rows: ROWS,
  start,
});
