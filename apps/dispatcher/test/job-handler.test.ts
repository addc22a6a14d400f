import { expect, test } from '@jest/globals';
import { createMemoryTransport } from '@push/dispatch';
import { type Ledger, silentLedger } from '@push/ledger';
import { createMetrics, Readiness } from '@push/ops';
import type { DeviceToken } from '@push/protocol';
import type { DeviceLookup } from '@push/registry';
import { createJobHandler } from '../src/delivery/job-handler.ts';
import { QueueHold } from '../src/delivery/queue-hold.ts';

function openHandler() {
  const device: { lookup: DeviceLookup } = { lookup: { kind: 'gone' } };
  const clock = {
    time: 29_000_000 * 60_000,
    nowMs(): number {
      return this.time;
    },
  };
  const told: unknown[] = [];
  const ledger: Ledger = { ...silentLedger, record: (name, fields) => void told.push({ name, ...fields }) };
  const metrics = createMetrics();
  const handle = createJobHandler({
    devices: { read: async () => device.lookup, forget: async () => {} },
    transport: createMemoryTransport('apns', () => ({ kind: 'done' })),
    transports: new Map(),
    hold: new QueueHold({ service: 'apns', ledger, metrics, pause: () => {}, resume: () => {} }),
    uuidKey: () => new Uint8Array(32),
    clock,
    ledger,
    metrics,
    readiness: new Readiness([]),
  });
  const data = { d: 'c29tZS1kZXZpY2UtMTYtYg', m: 29_000_000, u: 'u' };
  return { device, clock, told, run: () => handle({ id: '1', data, attemptsMade: 0 }) };
}

test('devices that cannot be read are told by reason and number, once a minute at most', async () => {
  const { device, clock, told, run } = openHandler();
  const line = { name: 'device.unreadable', service: 'apns' };
  device.lookup = { kind: 'unreadable', reason: 'unknown-key' };
  for (let i = 0; i < 5; i += 1) await run();
  expect(told).toEqual([{ ...line, reason: 'unknown-key', wakeups: 1 }]);
  device.lookup = { kind: 'unreadable', reason: 'corrupt' };
  await run();
  clock.time += 60_000;
  device.lookup = { kind: 'unreadable', reason: 'unknown-key' };
  await run();
  expect(told.slice(1)).toEqual([
    { ...line, reason: 'corrupt', wakeups: 1 },
    { ...line, reason: 'unknown-key', wakeups: 5 },
  ]);
});

test('a device that moved to another service is not told as unreadable', async () => {
  const { device, told, run } = openHandler();
  const token = new Uint8Array(32) as DeviceToken;
  device.lookup = { kind: 'found', record: { service: 'firebase', token, tokenKind: 'token', registeredOn: 20_000 } };
  await run();
  expect(told).toEqual([]);
});
