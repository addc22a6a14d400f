import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Environment } from '@push/ops';
import { readDispatcherConfig } from '../src/index.ts';

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhjCCASugAwIBAgIUY2FZMhGzPEXmJ+1k8uCoDHDWlO8wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMcHVzaC5leGFtcGxlMCAXDTI2MTEyMjA0MDgwM1oYDzIxMjYx
MDI5MDQwODAzWjAXMRUwEwYDVQQDDAxwdXNoLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAARJLlxstBOOJ3uuIVknbuwYSKq5d5dbKrFh0xMa6aT/fTXf
Tn8DNqAkJs4YTTXSiCucRVemjvTBHkpShdkLO8Kxo1MwUTAdBgNVHQ4EFgQUahzI
fpQPDJdXqn7f4g/Y6SOvjqswHwYDVR0jBBgwFoAUahzIfpQPDJdXqn7f4g/Y6SOv
jqswDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAp/55k93azIbO
wnQde4KpMTortkTTXPOOQzqJQ423LCoCIQCCBSvS3eGi94Vm635iHLbncGb98o9H
x+pjMKOwjeud8A==
-----END CERTIFICATE-----
`;

let dir: string;
let complete: Environment;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'push-dispatcher-config-'));
  const file = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(join(dir, name), text, { mode });
    return join(dir, name);
  };
  const pem = { format: 'pem', type: 'pkcs8' } as const;
  const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString();
  const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString();
  const account = {
    project_id: 'example',
    client_email: 'push@example.iam.gserviceaccount.com',
    private_key_id: 'k1',
    private_key: rsaKey,
    token_uri: 'https://oauth2.example/token',
  };
  complete = {
    REDIS_URL: 'redis://localhost',
    DISPATCHER_SERVICES: 'apns,apns-sandbox,firebase',
    DISPATCHER_SECRET_FILE: file('device.key', `1700000000 ${'ab'.repeat(32)}\n`),
    APNS_KEY_FILE: file('apns.p8', signingKey),
    APNS_KEY_ID: 'ABCDEFGHIJ',
    APNS_TEAM_ID: 'KLMNOPQRST',
    APNS_TOPIC: 'org.example.app',
    APNS_SANDBOX_CERT_FILE: file('sandbox.pem', CERTIFICATE, 0o644),
    APNS_SANDBOX_CERT_KEY_FILE: file('sandbox.key', signingKey),
    APNS_SANDBOX_TOPIC: 'org.example.app',
    FCM_SERVICE_ACCOUNT_FILE: file('account.json', JSON.stringify(account)),
  };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const problemsOf = (changes: Environment): string[] => {
  const read = readDispatcherConfig({ ...complete, ...changes });
  return read.ok ? [] : read.problems.map(({ variable, problem }) => `${variable} ${problem}`);
};

describe('the configuration of the dispatcher', () => {
  test('names the providers of the listed services, at their own addresses unless told otherwise', () => {
    const read = readDispatcherConfig({
      ...complete,
      APNS_SANDBOX_URL: 'https://127.0.0.1:2',
      FCM_URL: 'https://127.0.0.1:1/',
      FCM_TOKEN_URL: 'https://127.0.0.1:1/token?a=b',
    });
    expect(read).toMatchObject({
      ok: true,
      value: {
        providers: [
          {
            service: 'apns',
            credentials: { kind: 'token', keyId: 'ABCDEFGHIJ', teamId: 'KLMNOPQRST' },
            topic: 'org.example.app',
            url: null,
            ca: null,
          },
          {
            service: 'apns-sandbox',
            credentials: { kind: 'certificate' },
            url: 'https://127.0.0.1:2',
          },
          {
            service: 'firebase',
            url: 'https://127.0.0.1:1/',
            tokenUrl: 'https://127.0.0.1:1/token?a=b',
          },
        ],
        concurrency: 64,
        admin: { host: '127.0.0.1', port: 9103 },
        shutdownTimeoutMs: 10_000,
      },
    });
  });

  test('refuses a key file that says that it is for something else', () => {
    const stated = (purpose: string): Environment => {
      const path = join(dir, `stated-${purpose}.key`);
      writeFileSync(path, `#! ${purpose}\n1700000000 ${'ab'.repeat(32)}\n`, { mode: 0o600 });
      return { DISPATCHER_SECRET_FILE: path };
    };
    expect(problemsOf(stated('device-secret'))).toEqual([]);
    expect(problemsOf(stated('watch-secret'))).toEqual([
      'DISPATCHER_SECRET_FILE names a key file that cannot be used: line 1 says that its keys are not for "device-secret"',
    ]);
  });

  test('asks nothing of services that are not listed', () => {
    expect(problemsOf({ DISPATCHER_SERVICES: 'firebase', APNS_KEY_FILE: undefined, APNS_TOPIC: undefined })).toEqual(
      [],
    );
  });

  test('tells all problems at once, those of every listed service included', () => {
    expect(
      problemsOf({
        REDIS_URL: undefined,
        DISPATCHER_CONCURRENCY: '0',
        APNS_KEY_FILE: undefined,
        APNS_TOPIC: '',
        APNS_SANDBOX_CERT_KEY_FILE: undefined,
        FCM_SERVICE_ACCOUNT_FILE: undefined,
      }),
    ).toEqual([
      'REDIS_URL is required',
      'DISPATCHER_CONCURRENCY must be a count: a whole number from 1 to 4096',
      'APNS_TOPIC is required',
      'APNS_KEY_FILE is required: give all of APNS_KEY_FILE, APNS_KEY_ID, APNS_TEAM_ID',
      'APNS_SANDBOX_CERT_KEY_FILE is required: give all of APNS_SANDBOX_CERT_FILE, APNS_SANDBOX_CERT_KEY_FILE',
      'FCM_SERVICE_ACCOUNT_FILE is required',
    ]);
  });

  test.each<[string, Environment, string]>([
    ['no services', { DISPATCHER_SERVICES: undefined }, 'DISPATCHER_SERVICES is required'],
    [
      'no credentials at all',
      { APNS_KEY_FILE: undefined, APNS_KEY_ID: undefined, APNS_TEAM_ID: undefined },
      'APNS_KEY_FILE is required: give APNS_KEY_FILE, APNS_KEY_ID, APNS_TEAM_ID, or else APNS_CERT_FILE, APNS_CERT_KEY_FILE',
    ],
    [
      'two kinds of credentials',
      { APNS_CERT_FILE: '<certificate>' },
      'APNS_CERT_FILE is one way too many: give APNS_KEY_FILE, APNS_KEY_ID, APNS_TEAM_ID, or else APNS_CERT_FILE, APNS_CERT_KEY_FILE',
    ],
    ['a plain APNs address', { APNS_URL: 'http://localhost' }, 'APNS_URL must be a URL that starts with https://'],
    [
      'a path in the APNs address',
      { APNS_URL: 'https://localhost/3/device' },
      'APNS_URL must end after host and port: no user, path, query or fragment',
    ],
    [
      'a query in the sandbox address',
      { APNS_SANDBOX_URL: 'https://localhost:1/?a=b' },
      'APNS_SANDBOX_URL must end after host and port: no user, path, query or fragment',
    ],
    [
      'a path in the FCM address',
      { FCM_URL: 'https://localhost/v1/' },
      'FCM_URL must end after host and port: no user, path, query or fragment',
    ],
    [
      'a user in the FCM address',
      { FCM_URL: 'https://user:password@localhost' },
      'FCM_URL must end after host and port: no user, path, query or fragment',
    ],
    [
      'huawei',
      { DISPATCHER_SERVICES: 'apns,huawei' },
      'DISPATCHER_SERVICES lists huawei, which this version cannot deliver to',
    ],
  ])('is refused with %s', (_, given, problem) => {
    const certificate = complete['APNS_SANDBOX_CERT_FILE'];
    const changes = given['APNS_CERT_FILE'] === undefined ? given : { ...given, APNS_CERT_FILE: certificate };
    expect(problemsOf(changes)).toEqual([problem]);
  });

  test('is refused when a credential file holds something else, without repeating it', () => {
    const other = complete['DISPATCHER_SECRET_FILE'];
    expect(
      problemsOf({
        APNS_KEY_FILE: other,
        APNS_SANDBOX_CERT_FILE: other,
        APNS_SANDBOX_CERT_KEY_FILE: other,
        FCM_SERVICE_ACCOUNT_FILE: other,
        FCM_CA_FILE: other,
      }),
    ).toEqual([
      'APNS_KEY_FILE names a file that does not hold a private key on P-256 in PEM',
      'APNS_SANDBOX_CERT_FILE names a file that does not hold a certificate in PEM',
      'APNS_SANDBOX_CERT_KEY_FILE names a file that does not hold a private key in PEM',
      "FCM_SERVICE_ACCOUNT_FILE names a file that does not hold a service account as Google's console hands it out",
      'FCM_CA_FILE names a file that does not hold a certificate in PEM',
    ]);
  });

  test('is refused when the key file holds no key ring, without repeating it', () => {
    const [problem = '', ...others] = problemsOf({ DISPATCHER_SECRET_FILE: complete['FCM_SERVICE_ACCOUNT_FILE'] });
    expect(problem).toBe(
      'DISPATCHER_SECRET_FILE names a key file that cannot be used: line 1 is not "<created unix seconds> <hex>"',
    );
    expect(others).toEqual([]);
  });
});
