import { describe, expect, test } from '@jest/globals';
import type { DeviceId } from '@push/protocol';
import * as fc from 'fast-check';
import { deduplicationId, isExpired, parseJob, type QueuedWakeup, queueName, toJob } from '../src/index.ts';

const wakeups: fc.Arbitrary<QueuedWakeup> = fc.record({
  deviceId: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((b) => Buffer.from(b).toString('base64url') as DeviceId),
  urgency: fc.constantFrom('urgent' as const, 'quiet' as const),
  minute: fc.integer({ min: 0, max: 100_000_000 }),
});
const some: QueuedWakeup = { deviceId: 'AAAAAAAAAAAAAAAAAAAAAA' as DeviceId, urgency: 'urgent', minute: 29_000_000 };

describe('a job', () => {
  test('is read back as the wakeup it was made of, through JSON', () => {
    fc.assert(
      fc.property(wakeups, (wakeup) => {
        expect(parseJob(JSON.parse(JSON.stringify(toJob(wakeup))))).toEqual(wakeup);
      }),
    );
  });

  test('holds device, minute and urgency and nothing else', () => {
    const padded = { ...some, service: 'apns', account: 'secret' };
    expect(toJob(padded)).toEqual({ d: some.deviceId, m: some.minute, u: 'u' });
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', [some.deviceId, 1, 'u']],
    ['text', 'u'],
    ['an empty object', {}],
    ['a field too many', { ...toJob(some), t: 1 }],
    ['a short device id', { ...toJob(some), d: 'AAAA' }],
    ['a device id of other characters', { ...toJob(some), d: `${'A'.repeat(21)}\n` }],
    ['a device id that is no text', { ...toJob(some), d: 5 }],
    ['a fractional minute', { ...toJob(some), m: 1.5 }],
    ['a minute before 1970', { ...toJob(some), m: -1 }],
    ['milliseconds in place of minutes', { ...toJob(some), m: 1_700_000_000_000 }],
    ['another urgency', { ...toJob(some), u: 'x' }],
  ])('of %s is refused', (_, data) => {
    expect(parseJob(data)).toBeNull();
  });

  test('is never made of anything but its own shape', () => {
    const nearly = fc.record({ d: fc.string(), m: fc.jsonValue(), u: fc.string({ maxLength: 1 }) });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (data) => {
        const wakeup = parseJob(data);
        expect(wakeup === null ? data : toJob(wakeup)).toEqual(data);
      }),
    );
  });
});

test('wakeups are duplicates when device and urgency agree, whatever their minute', () => {
  expect(deduplicationId({ ...some, minute: 1 })).toBe(deduplicationId(some));
  expect(deduplicationId({ ...some, urgency: 'quiet' })).not.toBe(deduplicationId(some));
});

test('a wakeup expires one day after its minute', () => {
  expect(isExpired(10, 10 * 60_000 + 86_399_999)).toBe(false);
  expect(isExpired(10, 10 * 60_000 + 86_400_000)).toBe(true);
});

test('all keys of a queue share a hash tag', () => {
  expect(queueName('apns-sandbox')).toBe('{apns-sandbox}');
});
