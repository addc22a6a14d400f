import { afterAll, describe, expect, test } from '@jest/globals';
import type { UnixSeconds } from '@push/protocol';
import { formatKeyRing, type KeyPurpose, xWingSecretKey } from '@push/sealing';
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRelayConfig } from '../src/index.ts';
import { makeKeyFiles } from './key-files.ts';

const keys = makeKeyFiles();
afterAll(() => keys[Symbol.dispose]());

const good = { REDIS_URL: 'redis://127.0.0.1:6379', RELAY_SERVICES: 'apns,firebase', ...keys.environment };

describe('the configuration of a relay', () => {
  test('needs Redis, services and four key files; the rest has defaults', () => {
    expect(readRelayConfig(good)).toMatchObject({
      ok: true,
      value: {
        http: { host: '0.0.0.0', port: 3000 },
        admin: { host: '127.0.0.1', port: 9101 },
        services: ['apns', 'firebase'],
        publicUrl: null,
        limits: { underWay: 4_000, perSignature: { newRegistrations: 50, requests: 1_000 } },
        logLevel: 'info',
        shutdownTimeoutMs: 10_000,
      },
    });
  });

  test('tells all that is missing at once', () => {
    const result = readRelayConfig({});
    expect(result.ok ? [] : result.problems.map(({ variable }) => variable).toSorted()).toEqual([
      'REDIS_URL',
      'RELAY_DEVICE_PUBLIC_FILE',
      'RELAY_INDEX_KEY_FILE',
      'RELAY_ONION_SECRET_FILE',
      'RELAY_SERVICES',
      'RELAY_WATCH_PUBLIC_FILE',
    ]);
  });

  test('takes key files that say what they are for', () => {
    const change = {
      RELAY_INDEX_KEY_FILE: secretFor('index'),
      RELAY_ONION_SECRET_FILE: secretFor('onion'),
      RELAY_WATCH_PUBLIC_FILE: publicFor('watch-public'),
      RELAY_DEVICE_PUBLIC_FILE: publicFor('device-public'),
    };
    expect(readRelayConfig({ ...good, ...change })).toMatchObject({ ok: true });
  });

  test.each([
    ['a service that does not exist', { RELAY_SERVICES: 'apns,nokia' }, 'RELAY_SERVICES'],
    ['no service', { RELAY_SERVICES: ',' }, 'RELAY_SERVICES'],
    [
      'an index key where a sealing key belongs',
      { RELAY_WATCH_PUBLIC_FILE: keys.environment['RELAY_INDEX_KEY_FILE'] },
      'RELAY_WATCH_PUBLIC_FILE',
    ],
    [
      'the same keys for both sides',
      { RELAY_DEVICE_PUBLIC_FILE: keys.environment['RELAY_WATCH_PUBLIC_FILE'] },
      'RELAY_DEVICE_PUBLIC_FILE',
    ],
    ['the onion key as the index key', { RELAY_INDEX_KEY_FILE: secretFor('onion') }, 'RELAY_INDEX_KEY_FILE'],
    ['the index key as the onion key', { RELAY_ONION_SECRET_FILE: secretFor('index') }, 'RELAY_ONION_SECRET_FILE'],
    [
      'the public key of devices for watches',
      { RELAY_WATCH_PUBLIC_FILE: publicFor('device-public') },
      'RELAY_WATCH_PUBLIC_FILE',
    ],
    [
      'the public key of watches for devices',
      { RELAY_DEVICE_PUBLIC_FILE: publicFor('watch-public') },
      'RELAY_DEVICE_PUBLIC_FILE',
    ],
    ['a file that is not there', { RELAY_ONION_SECRET_FILE: join(keys.dir, 'nothing') }, 'RELAY_ONION_SECRET_FILE'],
    ['an empty file', { RELAY_INDEX_KEY_FILE: emptyFile() }, 'RELAY_INDEX_KEY_FILE'],
    ['a secret that others may read', { RELAY_ONION_SECRET_FILE: openSecret() }, 'RELAY_ONION_SECRET_FILE'],
    ['a port beyond ports', { RELAY_PORT: '65536' }, 'RELAY_PORT'],
  ])('is refused with %s', (_, change, variable) => {
    const result = readRelayConfig({ ...good, ...change });
    expect(result.ok ? [] : result.problems.map((problem) => problem.variable)).toEqual([variable]);
  });
});

function emptyFile(): string {
  const path = join(keys.dir, 'empty.key');
  writeFileSync(path, '# no key\n', { mode: 0o600 });
  return path;
}

function fileFor(purpose: KeyPurpose, key: Uint8Array): string {
  const path = join(keys.dir, `for-${purpose}`);
  writeFileSync(path, formatKeyRing([{ createdAt: 1 as UnixSeconds, key }], purpose), { mode: 0o600 });
  return path;
}

function secretFor(purpose: KeyPurpose): string {
  return fileFor(purpose, randomBytes(32));
}

function publicFor(purpose: KeyPurpose): string {
  return fileFor(purpose, xWingSecretKey(randomBytes(32)).publicKey.bytes);
}

function openSecret(): string {
  const path = join(keys.dir, 'open.key');
  writeFileSync(path, `1 ${'ab'.repeat(32)}\n`);
  chmodSync(path, 0o644);
  return path;
}
