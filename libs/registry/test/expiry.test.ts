import { describe, expect, test } from '@jest/globals';
import type { UnixMs, UnixSeconds } from '@push/protocol';
import * as fc from 'fast-check';
import { recordExpiry, registrationDay } from '../src/index.ts';

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;
const NOW = 1_700_000_000_123 as UnixMs;
/** 3661 as a number, so its own offset is 61 seconds. */
const ID = Buffer.from([...new Uint8Array(14), 3_661 >> 8, 3_661 & 0xff]).toString('base64url');

const anyId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id).toString('base64url'));

describe('the expiry of a record', () => {
  test('is the start of a UTC day two weeks on, less an offset of its own', () => {
    const signedAt = 1_699_999_000 as UnixSeconds;
    const expected = (Math.floor(1_699_999_000 / DAY_S) + 14) * DAY_S - 61;
    expect(recordExpiry(ID, signedAt, NOW)).toBe(expected * 1_000);
  });

  test('counts from now for a client whose clock is ahead', () => {
    const ahead = recordExpiry(ID, (Math.floor(NOW / 1_000) + 80_000) as UnixSeconds, NOW);
    expect(ahead).toBe(recordExpiry(ID, Math.floor(NOW / 1_000) as UnixSeconds, NOW));
  });

  test('is exact when the rounded one has passed already', () => {
    const signedAt = (Math.floor(NOW / 1_000) - 14 * DAY_S + 10) as UnixSeconds;
    expect(recordExpiry(ID, signedAt, NOW)).toBe(signedAt * 1_000 + 14 * DAY_MS);
  });

  test('lies ahead, at most 14 days, for every signature that storage nodes accept', () => {
    const ages = fc.integer({ min: -DAY_S + 1, max: 14 * DAY_S - 1 });
    fc.assert(
      fc.property(anyId, ages, fc.integer({ min: 0, max: 2 * DAY_MS }), (id, ageS, shiftMs) => {
        const now = (NOW + shiftMs) as UnixMs;
        const expiry = recordExpiry(id, (Math.ceil(now / 1_000) - ageS) as UnixSeconds, now);
        expect(expiry).toBeGreaterThan(now);
        expect(expiry).toBeLessThanOrEqual(now + 14 * DAY_MS);
      }),
    );
  });

  test('tells the time of signing only in its last day', () => {
    const ages = fc.integer({ min: 0, max: 13 * DAY_S - 3_601 });
    fc.assert(
      fc.property(anyId, ages, (id, ageS) => {
        const signedAt = Math.floor(NOW / 1_000) - ageS;
        const startOfDay = signedAt - (signedAt % DAY_S);
        expect(recordExpiry(id, signedAt as UnixSeconds, NOW)).toBe(recordExpiry(id, startOfDay as UnixSeconds, NOW));
      }),
    );
  });

  test('differs between the records of a registration', () => {
    const offsets = fc.sample(anyId, 200).map((id) => recordExpiry(id, 1_699_999_000 as UnixSeconds, NOW));
    expect(new Set(offsets).size).toBeGreaterThan(150);
  });
});

describe('the day of registration', () => {
  test('is the UTC day of signing rounded up, whenever the request arrives', () => {
    const day = Math.floor(NOW / DAY_MS);
    expect(registrationDay((day * DAY_S) as UnixSeconds, NOW)).toBe(day);
    expect(registrationDay((day * DAY_S + 1) as UnixSeconds, NOW)).toBe(day + 1);
    expect(registrationDay((day * DAY_S + 1) as UnixSeconds, (NOW + 5 * DAY_MS) as UnixMs)).toBe(day + 1);
  });

  test('is not later than tomorrow for a client whose clock is ahead', () => {
    expect(registrationDay((NOW / 1_000 + 3 * DAY_S) as UnixSeconds, NOW)).toBe(Math.ceil(NOW / DAY_MS));
  });
});
