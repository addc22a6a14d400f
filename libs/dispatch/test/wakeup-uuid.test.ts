import { describe, expect, test } from '@jest/globals';
import { type WakeupIdentity, wakeupUuid } from '../src/index.ts';

const key = Buffer.alloc(32, 1);
const identity: WakeupIdentity = { service: 'apns', jobId: '17', minute: 29_000_000 };

describe('the uuid of a wakeup', () => {
  test('is a lowercase UUID that stays the same for all who hold the key', () => {
    expect(wakeupUuid(key, identity)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(wakeupUuid(Buffer.alloc(32, 1), { ...identity })).toBe(wakeupUuid(key, identity));
  });

  test.each([
    ['key', Buffer.alloc(32, 2), identity],
    ['service', key, { ...identity, service: 'apns-sandbox' }],
    ['job', key, { ...identity, jobId: '18' }],
    ['minute', key, { ...identity, minute: 29_000_001 }],
  ] as const)('differs for another %s', (_, otherKey, other) => {
    expect(wakeupUuid(otherKey, other)).not.toBe(wakeupUuid(key, identity));
  });
});
