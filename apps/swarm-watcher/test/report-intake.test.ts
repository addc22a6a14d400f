import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  accountFromKey,
  accountKey,
  type AccountId,
  decodeNotification,
  type DeviceId,
  type Ed25519Key,
  encodeBencode,
  type Signature,
  type SwarmId,
  type UnixSeconds,
  type WatchId,
} from '@push/protocol';
import { type NodeKey, type NodeSubscriptions, SwarmCoverage, SwarmMap } from '@push/watch';
import { ReportIntake } from '../src/reports/report-intake.ts';
import { WakeupLine } from '../src/wakeups/wakeup-line.ts';
import { ManualQueue } from './manual-queue.ts';
import { type TestServices, testServices } from './services.ts';

const DAY_MS = 86_400_000;
const ACCOUNT = new Uint8Array(33).fill(9);
ACCOUNT[0] = 5;

let queue: ManualQueue;
let services: TestServices;
let intake: ReportIntake;

beforeEach(() => {
  const coverage = new SwarmCoverage(() => 0.5);
  coverage.setMap(
    new SwarmMap(
      [1, 2, 3].map((n) => ({
        swarmId: 5n as SwarmId,
        node: { key: `${n}`.repeat(64) as NodeKey, host: '127.0.0.1', port: n },
      })),
    ),
  );
  queue = new ManualQueue();
  services = testServices({ coverage });
  intake = new ReportIntake(new WakeupLine(queue, services), services);
});

interface WatchOptions {
  readonly account?: Uint8Array;
  readonly namespaces?: readonly number[];
  readonly polls?: boolean;
}

function watch(device: string, { account = ACCOUNT, namespaces = [0, 2], polls = false }: WatchOptions = {}): void {
  const request = {
    account: account as AccountId,
    ed25519: account[0] === 5 ? (new Uint8Array(32) as Ed25519Key) : null,
    subaccount: null,
    namespaces,
    wantsData: true,
    signedAt: 1 as UnixSeconds,
    signature: new Uint8Array(64) as Signature,
  };
  const details = { request, service: 'apns', deviceId: device as DeviceId, polls } as const;
  services.coverage.put(`watch of ${device}` as WatchId, details, services.clock.time + DAY_MS);
}

/** The members of the one swarm, all of which have confirmed everything. */
function members(): NodeSubscriptions[] {
  return [...services.coverage.wantedMembers().values()].map(({ subscriptions }) => {
    subscriptions.connected();
    const batch = subscriptions.nextBatch(services.clock.time);
    if (batch === null) throw new Error('nothing to confirm');
    subscriptions.answered(
      batch,
      batch.entries.map(() => ({ kind: 'subscribed' })),
      services.clock.time,
    );
    return subscriptions;
  });
}

interface ReportOptions {
  readonly account?: Uint8Array;
  readonly hash?: string;
  readonly namespace?: number;
  readonly lifetimeMs?: number;
}

function report(options: ReportOptions = {}): Uint8Array {
  const { account = ACCOUNT, hash = 'h'.repeat(43), namespace = 0, lifetimeMs = 14 * DAY_MS } = options;
  const createdMs = services.clock.time;
  return encodeBencode({ '@': account, h: Buffer.from(hash), n: namespace, t: createdMs, z: createdMs + lifetimeMs });
}

const woken = (): string[] => queue.attempts.map(({ deviceId, urgency }) => `${deviceId} ${urgency}`);
const counted = (outcome: 'rung' | 'quiet' | 'silent' | 'duplicate' | 'no-device' | 'not-subscribed' | 'malformed') =>
  services.metrics.read('push_reports_total', { outcome });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a report', () => {
  test('wakes every device that asked for the namespace, once for all members that tell it', async () => {
    watch('phone');
    watch('tablet');
    watch('other', { namespaces: [2] });
    for (const member of members()) intake.take(report(), member);
    await settled();
    for (const member of members()) intake.take(report(), member);
    expect(woken()).toEqual(['phone urgent', 'tablet urgent']);
    expect([await counted('rung'), await counted('duplicate')]).toEqual([1, 5]);
  });

  test('says only the minute, and is not held back', () => {
    watch('phone');
    const [member] = members();
    if (member !== undefined) intake.take(report(), member);
    expect(queue.attempts).toEqual([
      {
        service: 'apns',
        deviceId: 'phone',
        urgency: 'urgent',
        minute: Math.floor(services.clock.time / 60_000),
        delayMs: 0,
      },
    ]);
  });

  test('about a group is held back for up to five seconds, each device for itself', () => {
    const group = ACCOUNT.slice();
    group[0] = 3;
    for (let i = 0; i < 50; i += 1) watch(`${i}`, { account: group, namespaces: [11] });
    const [member] = members();
    if (member !== undefined) intake.take(report({ account: group, namespace: 11 }), member);
    const delays = queue.attempts.map(({ delayMs }) => delayMs);
    expect(delays).toHaveLength(50);
    expect(Math.max(...delays)).toBeLessThan(5_000);
    expect(new Set(delays).size).toBeGreaterThan(25);
  });

  test('in a quiet namespace wakes only devices whose app fetches by itself', async () => {
    watch('phone');
    watch('fetcher', { polls: true });
    const [member] = members();
    if (member !== undefined) intake.take(report({ namespace: 2 }), member);
    expect([woken(), await counted('quiet')]).toEqual([['fetcher quiet'], 1]);
  });

  test.each([
    ['silent', { lifetimeMs: 20_000 }],
    ['no-device', { namespace: 5 }],
    ['no-device', { namespace: 2 }],
    ['not-subscribed', { account: new Uint8Array(33).fill(5) }],
  ] as const)('that wakes nobody is counted as %s', async (outcome, options) => {
    watch('phone');
    const [member] = members();
    if (member !== undefined) intake.take(report(options), member);
    expect([woken(), await counted(outcome)]).toEqual([[], 1]);
  });

  test('from a node that has not confirmed the account does not count', async () => {
    watch('phone');
    const [first] = members();
    watch('later', { account: accountFromKey(accountKey(new Uint8Array(33).fill(5) as AccountId)) });
    if (first !== undefined) intake.take(report({ account: new Uint8Array(33).fill(5) }), first);
    expect([woken(), await counted('not-subscribed')]).toEqual([[], 1]);
  });

  test('that asks for less does not silence the honest one that follows', async () => {
    watch('phone');
    const [liar, honest] = members();
    if (liar === undefined || honest === undefined) throw new Error('too few members');
    intake.take(report({ lifetimeMs: 1 }), liar);
    intake.take(report({ namespace: 2 }), liar);
    intake.take(report(), honest);
    expect(woken()).toEqual(['phone urgent']);
  });

  test('whose wakeup cannot be queued at first is not forgotten, and does not ring twice', async () => {
    watch('phone');
    queue.mode = 'fails';
    const [first, second] = members();
    if (first === undefined || second === undefined) throw new Error('too few members');
    intake.take(report(), first);
    await queue.untilAttempts(2);
    intake.take(report(), second);
    queue.mode = 'works';
    await queue.untilAttempts(3);
    await settled();
    intake.take(report(), second);
    await settled();
    expect([await counted('rung'), await counted('duplicate')]).toEqual([1, 2]);
    expect(await services.metrics.read('push_wakeups_queued_total', { urgency: 'urgent' })).toBe(1);
  });
});

describe('nonsense', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../test/vectors/notify.json', import.meta.url), 'utf8'),
  ) as readonly { readonly body_hex: string }[];

  test('is counted and dropped, and the next good report wakes', async () => {
    watch('phone');
    const [member] = members();
    if (member === undefined) throw new Error('no member');
    const good = Buffer.from(report());
    const bad = [
      Buffer.alloc(0),
      Buffer.alloc(500_000, 0xff),
      Buffer.from('l'.repeat(100_000)),
      Buffer.from('d1:@'),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, good]),
      Buffer.from(good.toString('latin1').replace('1:n', '1:m'), 'latin1'),
    ];
    for (const body of bad) intake.take(body, member);
    intake.take(good, member);
    expect([await counted('malformed'), woken()]).toEqual([bad.length, ['phone urgent']]);
  });

  test('is not what storage nodes really send', async () => {
    for (const { body_hex: hex } of vectors) {
      const body = Buffer.from(hex, 'hex');
      const account = accountFromKey(decodeNotification(body)?.accountKey ?? accountKey(ACCOUNT as AccountId));
      watch(hex.slice(0, 20), { account, namespaces: [-400, 0, 11] });
      for (const { subscriptions } of services.coverage.wantedMembers().values()) {
        subscriptions.connected();
        subscriptions.nextBatch(services.clock.time);
        intake.take(body, subscriptions);
      }
    }
    expect([await counted('malformed'), await counted('not-subscribed')]).toEqual([0, 0]);
    expect(await counted('rung')).toBeGreaterThan(0);
  });
});
