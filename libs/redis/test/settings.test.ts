import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '@push/ops';
import { z } from 'zod';
import { redisSettings, redisVariables } from '../src/index.ts';

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

describe('redisSettings', () => {
  test('reads one server, a cluster and a sentinel', () => {
    expect(redisSettings({ REDIS_URL: 'redis://u:p%40w@h:1/3' })).toMatchObject({
      topology: { kind: 'single', node: { host: 'h', port: 1 } },
      database: 3,
      username: 'u',
      password: 'p@w',
    });
    expect(redisSettings({ REDIS_URL: 'redis://a:1,redis://b:2,c' }).topology).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 6379 },
      ],
    });
    expect(redisSettings({ REDIS_URL: 'redis+sentinel://a:1,b/main' }).topology).toEqual({
      kind: 'sentinel',
      name: 'main',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
    });
  });
});

describe('REDIS_URL', () => {
  test.each([
    ['a host alone', 'redis://h', []],
    ['a percent sign written as %25', 'redis://u:50%25@h', []],
    ['a bare percent sign in the password', 'redis://u:50%@h', [expect.stringContaining('write % as %25')]],
    ['a bare percent sign in the user', 'redis://%zz@h,redis://h2', [expect.stringContaining('write % as %25')]],
    ['bytes that are not UTF-8', 'rediss://u:%ff@h', [expect.stringContaining('write % as %25')]],
    [
      'a second host that wants TLS',
      'redis://a:1,rediss://b:1',
      [expect.stringContaining('must be redis://host:port')],
    ],
    ['a second host without TLS', 'rediss://a,REDIS://b', [expect.stringContaining('must be redis://host:port')]],
    ['one scheme, once in capitals', 'redis://a,REDIS://b', []],
    ['another protocol', 'http://u:50%@h', [expect.stringContaining('must be redis://host:port')]],
  ])('with %s has just the problems that one can act on', (_, url, problems) => {
    const schema = z.object(redisVariables).transform(redisSettings);
    const read = readEnvironment(schema, { REDIS_URL: url });
    expect(read.ok ? [] : read.problems.map(({ problem }) => problem)).toEqual(problems);
  });
});

describe('REDIS_CA_FILE', () => {
  const damaged = CERTIFICATE.replace('MIIB', 'AAAA');
  test.each([
    ['a certificate', CERTIFICATE, true],
    ['several, with words between them', `# one\n${CERTIFICATE}\n# two\n${CERTIFICATE}`, true],
    ['nothing', '', false],
    ['something else', 'hello', false],
    ['a damaged certificate', damaged, false],
    ['a good one and a damaged one', CERTIFICATE + damaged, false],
  ])('that holds %s is taken or refused accordingly', (_, text, isGood) => {
    const dir = mkdtempSync(join(tmpdir(), 'push-redis-ca-'));
    try {
      const path = join(dir, 'ca.pem');
      writeFileSync(path, text);
      const read = readEnvironment(z.object(redisVariables), { REDIS_URL: 'rediss://h', REDIS_CA_FILE: path });
      expect(read.ok ? [] : read.problems).toEqual(
        isGood ? [] : [{ variable: 'REDIS_CA_FILE', problem: 'must name a file that holds certificates in PEM' }],
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
