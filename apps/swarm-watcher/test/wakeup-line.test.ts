import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DeviceId } from '@push/protocol';
import type { Urgency, Wakeup } from '@push/wakeups';
import { WakeupLine } from '../src/wakeups/wakeup-line.ts';
import { ManualQueue } from './manual-queue.ts';
import { type TestServices, testServices } from './services.ts';

let queue: ManualQueue;
let services: TestServices;
let line: WakeupLine;

beforeEach(() => {
  queue = new ManualQueue();
  services = testServices();
  line = new WakeupLine(queue, services);
});

const wakeup = (device: string, minute = 1, urgency: Urgency = 'urgent'): Wakeup => ({
  service: 'apns',
  deviceId: device as DeviceId,
  urgency,
  minute,
  delayMs: 0,
});

const attempted = (): string[] =>
  queue.attempts.map(({ deviceId, minute, urgency }) => `${deviceId} ${minute} ${urgency}`);

describe('a wakeup', () => {
  test('is queued at once', async () => {
    expect(await line.send(wakeup('a'))).toBe(true);
    expect(attempted()).toEqual(['a 1 urgent']);
    expect(await services.metrics.read('push_wakeups_queued_total', { urgency: 'urgent' })).toBe(1);
  });

  test('for a device whose wakeup is being queued gets its own, since the queue may have given the first away', async () => {
    queue.mode = 'asks';
    const both = [line.send(wakeup('a', 1)), line.send(wakeup('a', 2))];
    expect(attempted()).toEqual(['a 1 urgent', 'a 2 urgent']);
    queue.answer(true);
    queue.answer(true);
    expect(await Promise.all(both)).toEqual([true, true]);
  });
});

describe('while the queue fails', () => {
  test('a wakeup is kept and tried again until it is queued', async () => {
    queue.mode = 'fails';
    const sent = line.send(wakeup('a'));
    await queue.untilAttempts(3);
    queue.mode = 'works';
    expect(await sent).toBe(true);
    expect(await services.metrics.read('push_wakeup_queue_failures_total', {})).toBe(3);
    expect(services.ledger.events('wakeups.owed')).toEqual([{ code: 'unreachable' }]);
    expect(services.ledger.events('wakeups.settled')).toHaveLength(1);
  });

  test('one wakeup waits for each device and urgency, the newest', async () => {
    queue.mode = 'fails';
    const first = line.send(wakeup('a', 1));
    await queue.untilAttempts(1);
    await Promise.resolve();
    const more = [2, 3, 4].map((minute) => line.send(wakeup('a', minute)));
    const quiet = line.send(wakeup('a', 5, 'quiet'));
    expect(line.size).toBe(2);
    queue.mode = 'works';
    line.resume();
    expect(await Promise.all([first, ...more, quiet])).toEqual([true, true, true, true, true]);
    expect(attempted().slice(1)).toEqual(['a 4 urgent', 'a 5 quiet']);
  });

  test('a failed wakeup is stood for by a newer one that came meanwhile', async () => {
    queue.mode = 'asks';
    const older = line.send(wakeup('a', 1));
    queue.answer(false);
    const newer = line.send(wakeup('a', 2));
    await Promise.resolve();
    queue.answer(false);
    await new Promise((resolve) => setImmediate(resolve));
    queue.mode = 'works';
    line.resume();
    expect(await Promise.all([older, newer])).toEqual([true, true]);
    expect(line.size).toBe(0);
    expect(attempted().at(-1)).toBe('a 2 urgent');
  });

  test('urgent wakeups go first when it works again', async () => {
    queue.mode = 'fails';
    const sent = [line.send(wakeup('a', 1, 'quiet')), line.send(wakeup('b', 1, 'quiet'))];
    await queue.untilAttempts(2);
    await new Promise((resolve) => setImmediate(resolve));
    sent.push(line.send(wakeup('c', 1)));
    queue.mode = 'works';
    const before = queue.attempts.length;
    line.resume();
    await Promise.all(sent);
    expect(attempted().slice(before)[0]).toBe('c 1 urgent');
  });

  test('a flood for few devices takes no more room than the devices', async () => {
    queue.mode = 'fails';
    const sent = Array.from({ length: 20_000 }, (_, i) => line.send(wakeup(`${i % 10}`, i)));
    await queue.untilAttempts(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(line.size).toBe(10);
    expect(new Set(sent).size).toBeLessThan(1_000);
    queue.mode = 'works';
    line.resume();
    expect((await Promise.all(sent)).every(Boolean)).toBe(true);
  });

  test('what does not fit any more is given up and counted', async () => {
    queue.mode = 'fails';
    const sent = Array.from({ length: 200_001 }, (_, i) => line.send(wakeup(`${i}`)));
    expect(await sent.at(-1)).toBe(false);
    expect(await services.metrics.read('push_wakeups_lost_total', { cause: 'overflow' })).toBe(1);
    await line.close(0);
  });
});

describe('closing', () => {
  test('waits for what is under way', async () => {
    queue.mode = 'asks';
    const sent = line.send(wakeup('a'));
    const closed = line.close(10_000);
    queue.answer(true);
    await closed;
    expect(await sent).toBe(true);
    expect(services.ledger.events('wakeups.lost')).toEqual([]);
  });

  test('gives up in time, and says how many were lost', async () => {
    queue.mode = 'fails';
    const sent = [line.send(wakeup('a')), line.send(wakeup('b'))];
    await line.close(20);
    expect(await Promise.all(sent)).toEqual([false, false]);
    expect(services.ledger.events('wakeups.lost')).toEqual([{ wakeups: 2, cause: 'shutdown' }]);
    expect(await line.send(wakeup('c'))).toBe(false);
  });
});
