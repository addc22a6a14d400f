import { describe, expect, test } from '@jest/globals';
import type { DeviceId, DeviceToken } from '@push/protocol';
import type { DeviceLookup, DeviceSource } from '@push/registry';
import {
  createMemoryTransport,
  deliver,
  type DeliveryAttempt,
  type MemoryTransport,
  type Verdict,
} from '../src/index.ts';

const deviceId = 'c29tZS1kZXZpY2UtMTYtYg' as DeviceId;
const token = Buffer.alloc(32, 7) as unknown as DeviceToken;
const minute = 29_000_000;
const attempt: DeliveryAttempt = {
  wakeup: { deviceId, urgency: 'urgent', minute },
  wakeupUuid: '00000000-0000-4000-8000-000000000000',
  attempt: 1,
};
const found: DeviceLookup = {
  kind: 'found',
  record: { service: 'apns', token, tokenKind: 'token', registeredOn: 20_000 },
};

function world(options: { lookup?: DeviceLookup; verdict?: Verdict; nowMs?: number } = {}) {
  const forgotten: DeviceId[] = [];
  const devices: DeviceSource = {
    read: async () => options.lookup ?? found,
    forget: async (id) => {
      forgotten.push(id);
    },
  };
  const transport: MemoryTransport = createMemoryTransport('apns', () => options.verdict ?? { kind: 'done' });
  const nowMs = (): number => options.nowMs ?? minute * 60_000;
  return { ports: { devices, transport, nowMs, random: () => 0 }, forgotten, transport };
}

describe('delivering a wakeup', () => {
  test('sends to the token of its device, to be dropped by the provider a day after it became due', async () => {
    const { ports, transport } = world();
    expect(await deliver(attempt, ports)).toEqual({ kind: 'finished', outcome: 'sent', reason: null });
    expect(transport.requests).toEqual([{ token, wakeupUuid: attempt.wakeupUuid, expiresAtS: minute * 60 + 86_400 }]);
  });

  test.each([
    ['gone', { lookup: { kind: 'gone' } }, null],
    ['unreadable', { lookup: { kind: 'unreadable', reason: 'missing-epoch' } }, 'missing-epoch'],
    [
      'unreadable',
      { lookup: { kind: 'found', record: { service: 'firebase', token, tokenKind: 'token', registeredOn: 1 } } },
      'other-service',
    ],
    ['expired', { nowMs: minute * 60_000 + 86_400_000 }, null],
  ] as const)('ends as %s without asking the provider', async (outcome, options, reason) => {
    const { ports, transport } = world(options);
    expect(await deliver(attempt, ports)).toEqual({ kind: 'finished', outcome, reason });
    expect(transport.requests).toEqual([]);
  });

  test('forgets a device that is dead beyond doubt', async () => {
    const verdict = { kind: 'dead', reason: 'Unregistered', isCertain: true, sinceMs: null } as const;
    const { ports, forgotten } = world({ verdict });
    expect(await deliver(attempt, ports)).toEqual({ kind: 'finished', outcome: 'dead', reason: 'Unregistered' });
    expect(forgotten).toEqual([deviceId]);
  });

  test.each([
    { kind: 'dead', reason: 'BadDeviceToken', isCertain: false, sinceMs: null },
    { kind: 'hold', reason: 'InvalidProviderToken', afterMs: null },
    { kind: 'retry', reason: 'ServiceUnavailable', afterMs: null },
    { kind: 'bug', reason: 'BadPath' },
  ] as const)('keeps the device on verdict $kind $reason', async (verdict) => {
    const { ports, forgotten } = world({ verdict });
    const delivery = await deliver(attempt, ports);
    expect(delivery.reason).toBe(verdict.reason);
    expect(forgotten).toEqual([]);
  });

  test('says for how long to hold the queue', async () => {
    const { ports } = world({ verdict: { kind: 'hold', reason: 'TooManyProviderTokenUpdates', afterMs: 1_200_000 } });
    expect(await deliver(attempt, ports)).toMatchObject({ kind: 'later', outcome: 'held', holdMs: 1_200_000 });
  });
});
