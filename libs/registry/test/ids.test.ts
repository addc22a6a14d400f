import { describe, expect, test } from '@jest/globals';
import type { AccountId, DeviceToken, Service } from '@push/protocol';
import { createHmac, hkdfSync } from 'node:crypto';
import { deriveIds, indexKeys } from '../src/index.ts';
import { bytesOf } from './samples.ts';

const INDEX_KEY = bytesOf('index key', 32);
const ACCOUNT = bytesOf('account', 33) as AccountId;
const TOKEN = bytesOf('token', 32) as DeviceToken;

function ids(over: { key?: Uint8Array; service?: Service; account?: AccountId; token?: DeviceToken } = {}): string[] {
  const { key = INDEX_KEY, service = 'firebase', account = ACCOUNT, token = TOKEN } = over;
  return Object.values(deriveIds(indexKeys(key), service, account, token));
}

test('an id is 16 bytes of HMAC-SHA-256 over service, account and token under a derived key', () => {
  const key = Buffer.from(hkdfSync('sha256', INDEX_KEY, '', 'session push relay watch id', 32));
  const input = Buffer.concat([Buffer.of(2), ACCOUNT, Buffer.of(0, 32), TOKEN]);
  const expected = createHmac('sha256', key).update(input).digest().subarray(0, 16).toString('base64url');
  expect(deriveIds(indexKeys(INDEX_KEY), 'firebase', ACCOUNT, TOKEN).watchId).toBe(expected);
  expect(expected).toHaveLength(22);
});

describe('the ids of a registration', () => {
  test('are the same each time and all different', () => {
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(3);
  });

  test('all change with the index key, the service, the account and the token', () => {
    const seen = [
      ids(),
      ids({ key: bytesOf('another key', 32) }),
      ids({ service: 'huawei' }),
      ids({ account: bytesOf('another account', 33) as AccountId }),
      ids({ token: bytesOf('another token', 32) as DeviceToken }),
      ids({ token: TOKEN.subarray(0, 31) as DeviceToken }),
    ].flat();
    expect(new Set(seen).size).toBe(seen.length);
  });
});
