import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ControlServer, startControlServer } from '../push/control-server.ts';
import { PushLog } from '../push/push-log.ts';
import { waitForWakeup } from './wakeup.ts';

let log: PushLog;
let control: ControlServer;
beforeEach(async () => {
  log = new PushLog();
  control = await startControlServer({ host: '127.0.0.1', port: 0, log, readBehaviour: () => null, behave: () => {} });
});
afterEach(() => control[Symbol.asyncDispose]());

const push = (token: string, text: string): void =>
  log.record({ token, receivedAtMs: 5, headers: {}, payload: Buffer.from(text) });

test('a phone hears of a push that comes while it waits, and of the next one after it', async () => {
  const token = 'fcm:a/b c';
  const waiting = waitForWakeup(control.url, token);
  push('another', 'not mine');
  push(token, 'first');
  push(token, 'second');
  const first = await waiting;
  expect(first).toEqual({ seq: 2, receivedAtMs: 5, payload: Buffer.from('first') });
  expect(await waitForWakeup(control.url, token, { after: 2 })).toMatchObject({
    seq: 3,
    payload: Buffer.from('second'),
  });
});

test('a phone that nobody wakes gives up in time', async () => {
  expect(await waitForWakeup(control.url, 'token', { timeoutMs: 30 })).toBeNull();
});
