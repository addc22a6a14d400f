import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Verdict } from '@push/dispatch';
import { counted, type DispatcherWorld, eventually, openDispatcherWorld } from './dispatcher-world.ts';

let world: DispatcherWorld;
beforeEach(async () => {
  world = await openDispatcherWorld();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

async function readyz(port: number): Promise<{ status: number; missing: string[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { status: response.status, missing: ((await response.json()) as { missing: string[] }).missing };
}

describe('while Redis is away', () => {
  test('a dispatcher stops within its time', async () => {
    const dispatcher = await world.start();
    await eventually(async () => (await readyz(dispatcher.adminPort)).status === 200);
    await world.queues.server.stop();
    const began = performance.now();
    await dispatcher[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('a dispatcher starts, says that it is not ready, and delivers once Redis is there', async () => {
    await world.queues.server.stop();
    const dispatcher = await world.start();
    expect(await readyz(dispatcher.adminPort)).toEqual({ status: 503, missing: ['redis', 'worker-apns'] });
    await world.queues.server.start();
    await eventually(async () => (await readyz(dispatcher.adminPort)).status === 200);
    await eventually(() => world.queues.adding.status === 'ready');
    const deviceId = await world.register('first');
    await world.wake(deviceId);
    await eventually(() => dispatcher.apns.requests.length === 1);
  });
});

describe('a dispatcher that is told to stop', () => {
  const forEver = (): Promise<Verdict> => new Promise(() => {});

  test('finishes what it is sending and takes no more', async () => {
    const stopping = await world.start();
    const { promise: answer, resolve } = Promise.withResolvers<Verdict>();
    stopping.apns.answer = () => answer;
    await world.wake(await world.register('sending'));
    await eventually(() => stopping.apns.requests.length === 1);
    const stopped = stopping[Symbol.asyncDispose]();
    await world.wake(await world.register('later'));
    resolve({ kind: 'done' });
    await stopped;
    expect(await counted(stopping, 'sent')).toBe(1);
    expect(stopping.apns.requests).toHaveLength(1);
    const successor = await world.start();
    await eventually(() => successor.apns.requests.length === 1);
    expect(await counted(successor, 'sent')).toBe(1);
  });

  test('gives back what does not finish in time, so that another sends it at once', async () => {
    const stopping = await world.start({ SHUTDOWN_TIMEOUT_MS: '1000' });
    stopping.apns.answer = forEver;
    await world.wake(await world.register('stuck'));
    await eventually(() => stopping.apns.requests.length === 1);
    const successor = await world.start();
    const began = performance.now();
    await stopping[Symbol.asyncDispose]();
    await eventually(() => successor.apns.requests.length === 1, 2_000);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(successor.apns.requests[0]?.wakeupUuid).toBe(stopping.apns.requests[0]?.wakeupUuid);
    expect(stopping.log.find((line) => line.includes('worker.drained'))).toContain('"givenBack":1');
  });
});

test('a dispatcher tells its operator that Redis may evict wakeups', async () => {
  await world.queues.operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const { log } = await world.start();
  await eventually(() => log.some((line) => line.includes('redis.evicts')));
  expect(log.find((line) => line.includes('redis.evicts'))).toContain('allkeys-lru');
});
