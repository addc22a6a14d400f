import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Verdict } from '@push/dispatch';
import { redisContents } from '../../../libs/wakeups-bullmq/test/redis-contents.ts';
import {
  counted,
  type DispatcherWorld,
  eventually,
  openDispatcherWorld,
  type RunningDispatcher,
  tokenOf,
} from './dispatcher-world.ts';

let world: DispatcherWorld;
let dispatcher: RunningDispatcher;
beforeAll(async () => {
  world = await openDispatcherWorld();
  dispatcher = await world.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  dispatcher.apns.answer = () => ({ kind: 'done' });
});

const SECRET = 'bearer-of-the-provider';
const requestsTo = (name: string) =>
  dispatcher.apns.requests.filter(({ token }) => Buffer.compare(token, tokenOf(name)) === 0);
/** Answers the first sends to each device with `verdicts`, all later ones with success. */
const answerFirst = (name: string, ...verdicts: readonly (Verdict | (() => Promise<Verdict>))[]): void => {
  dispatcher.apns.answer = () => {
    const verdict = verdicts[requestsTo(name).length - 1] ?? { kind: 'done' };
    return typeof verdict === 'function' ? verdict() : verdict;
  };
};
const queueContents = async (): Promise<Map<string, string>> => {
  const all = await redisContents(world.queues.operator);
  return new Map([...all].filter(([key]) => key.startsWith('wakeup:')));
};
const isQueueEmpty = async (): Promise<boolean> => {
  const keys = [...(await queueContents()).keys()];
  return keys.every((key) => /^wakeup:\{\w+\}:(id|meta|marker|stalled-check)$/.test(key));
};

describe('a wakeup', () => {
  test('reaches the token of its device and leaves nothing in the queue', async () => {
    const deviceId = await world.register('plain');
    const sent = await counted(dispatcher, 'sent');
    await world.wake(deviceId);
    await eventually(async () => (await counted(dispatcher, 'sent')) === sent + 1);
    const [request, ...more] = requestsTo('plain');
    expect(more).toEqual([]);
    expect(request?.wakeupUuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs((request?.expiresAtS ?? 0) - Date.now() / 1_000 - 86_400)).toBeLessThan(61);
    await eventually(isQueueEmpty);
  });

  test('is tried again under the same name until the provider takes it', async () => {
    const deviceId = await world.register('retried');
    const retry: Verdict = { kind: 'retry', reason: 'ServiceUnavailable', afterMs: null };
    answerFirst('retried', retry, retry);
    await world.wake(deviceId);
    await eventually(() => requestsTo('retried').length === 3);
    expect(new Set(requestsTo('retried').map(({ wakeupUuid }) => wakeupUuid)).size).toBe(1);
    await eventually(isQueueEmpty);
  });

  test('is followed by one more when its device got another while it was being sent', async () => {
    const deviceId = await world.register('busy');
    const { promise: release, resolve } = Promise.withResolvers<Verdict>();
    answerFirst('busy', () => release);
    await world.wake(deviceId);
    await eventually(() => requestsTo('busy').length === 1);
    await world.wake(deviceId);
    await world.wake(deviceId);
    resolve({ kind: 'done' });
    await eventually(() => requestsTo('busy').length === 2);
    await eventually(isQueueEmpty);
    expect(requestsTo('busy')).toHaveLength(2);
  });

  test('outlives a transport that breaks its promise, and nothing of the error reaches Redis or the log', async () => {
    const deviceId = await world.register('thrown');
    const kept: string[] = [];
    answerFirst('thrown', () => Promise.reject(new Error(SECRET, { cause: { token: SECRET } })));
    await world.wake(deviceId);
    await eventually(async () => {
      kept.push([...(await queueContents())].flat().join('\n'));
      return requestsTo('thrown').length === 2;
    });
    await eventually(isQueueEmpty);
    expect(kept.join('\n')).toContain('"failedReason":"fault"');
    expect(kept.join('\n')).not.toContain(SECRET);
    expect(dispatcher.log.join('\n')).not.toContain(SECRET);
    expect(dispatcher.log.join('\n')).toContain('process.fault');
  });

  test.each([
    ['empty', '{}'],
    ['of another shape', '{"d":"x","m":1,"u":"u"}'],
    ['with a field too many', '{"d":"c29tZS1kZXZpY2UtMTYtYg","m":29000000,"u":"u","account":"05ab"}'],
    ['that is a list', '[]'],
    ['that is no JSON', '{"d":'],
  ])('%s is dropped and counted, and the next one is sent', async (_, data) => {
    const before = await counted(dispatcher, 'garbled');
    await world.wake(await world.register('garbled'));
    const { operator } = world.queues;
    await operator.eval(
      `local id = redis.call('INCR', KEYS[1]); redis.call('HSET', KEYS[2] .. id, 'name', 'wakeup', 'data', ARGV[1],
      'opts', '{}', 'timestamp', '1', 'delay', '0', 'priority', '0'); redis.call('LPUSH', KEYS[3], id);
      redis.call('ZADD', KEYS[4], 0, '0')`,
      4,
      'wakeup:{apns}:id',
      'wakeup:{apns}:',
      'wakeup:{apns}:wait',
      'wakeup:{apns}:marker',
      data,
    );
    await eventually(async () => (await counted(dispatcher, 'garbled')) === before + 1);
    await eventually(isQueueEmpty);
    const sent = requestsTo('garbled').length;
    await world.wake(await world.register('garbled'));
    await eventually(() => requestsTo('garbled').length > sent);
    expect(requestsTo('garbled')).toHaveLength(sent + 1);
  });

  test('of a device that is not registered is dropped and counted', async () => {
    const before = await counted(dispatcher, 'gone');
    await world.wake('AAAAAAAAAAAAAAAAAAAAAA' as Parameters<typeof world.wake>[0]);
    await eventually(async () => (await counted(dispatcher, 'gone')) > before);
    await eventually(isQueueEmpty);
    expect(await counted(dispatcher, 'gone')).toBe(before + 1);
  });

  test('that waited for a day is counted as expired and not sent', async () => {
    const deviceId = await world.register('late');
    await world.wake(deviceId, { minute: Math.floor(Date.now() / 60_000) - 1_441 });
    await eventually(async () => (await counted(dispatcher, 'expired')) === 1);
    expect(requestsTo('late')).toEqual([]);
  });
});

describe('a device that the provider calls dead', () => {
  const devices = async (): Promise<string[]> =>
    (await world.queues.operator.keys('device:*')).map((key) => key.slice('device:'.length));

  test('beyond doubt is forgotten, and the watchers are told', async () => {
    const deviceId = await world.register('dead');
    answerFirst('dead', { kind: 'dead', reason: 'Unregistered', isCertain: true, sinceMs: Date.now() + 172_800_000 });
    await world.wake(deviceId);
    await eventually(async () => (await counted(dispatcher, 'dead')) === 1);
    expect(await devices()).not.toContain(deviceId);
    expect(JSON.stringify(await world.queues.operator.xrange('dead', '-', '+'))).toContain(deviceId);
  });

  test.each<[string, Verdict]>([
    ['may be another app', { kind: 'dead', reason: 'BadDeviceToken', isCertain: false, sinceMs: null }],
    ['was so before it registered', { kind: 'dead', reason: 'Unregistered', isCertain: true, sinceMs: 1_000 }],
  ])('but %s is kept and counted as suspect', async (name, verdict) => {
    const deviceId = await world.register(name);
    answerFirst(name, verdict);
    const before = await counted(dispatcher, 'suspect');
    await world.wake(deviceId);
    await eventually(async () => (await counted(dispatcher, 'suspect')) === before + 1);
    expect(await devices()).toContain(deviceId);
  });
});

describe('a queue whose provider refuses our credentials', () => {
  test('is held, told to the operator once, and goes on by itself with nothing lost', async () => {
    const names = ['held-1', 'held-2', 'held-3'];
    const deviceIds = await Promise.all(names.map((name) => world.register(name)));
    dispatcher.apns.answer = () => ({ kind: 'hold', reason: 'InvalidProviderToken', afterMs: 1_500 });
    const before = dispatcher.apns.requests.length;
    for (const deviceId of deviceIds.slice(0, 1)) await world.wake(deviceId);
    await eventually(() => dispatcher.log.some((line) => line.includes('queue.held')));
    const gauge = { service: 'apns' } as const;
    expect(await dispatcher.metrics.read('push_wakeup_queue_held', gauge)).toBe(1);
    dispatcher.apns.answer = () => ({ kind: 'done' });
    for (const deviceId of deviceIds) await world.wake(deviceId);
    await eventually(async () => (await dispatcher.metrics.read('push_wakeup_queue_held', gauge)) === 0);
    await eventually(() => dispatcher.apns.requests.length === before + 4);
    await eventually(isQueueEmpty);
    expect(names.map((name) => requestsTo(name).length)).toEqual([2, 1, 1]);
    expect(dispatcher.log.filter((line) => line.includes('queue.held'))).toHaveLength(1);
    expect(dispatcher.log.find((line) => line.includes('queue.held'))).toContain('InvalidProviderToken');
    expect(dispatcher.apns.requests.length).toBe(before + 4);
  });
});

test('no line of the log names a device or a token', async () => {
  const log = dispatcher.log.join('\n');
  expect(log).toContain('admin.listening');
  const deviceId = await world.register('plain');
  expect(log).not.toContain(deviceId);
  expect(log).not.toContain(Buffer.from(tokenOf('plain')).toString('hex'));
});
