import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type HttpServer, json, startHttpServer } from '../wire/http-server.ts';
import { postToRelay, type RelayAnswer } from './registration.ts';

/** A relay that answers everything with success, in the shape it was asked in, and remembers what it got. */
let relay: HttpServer;
let bodies: unknown[];
let status: number;
beforeEach(async () => {
  bodies = [];
  status = 200;
  relay = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 100_000,
    handle: ({ path, body }) => {
      const given: unknown = JSON.parse(body.toString());
      bodies.push(given);
      const answer = { success: true, added: true, message: path };
      return json(status, Array.isArray(given) ? given.map(() => answer) : answer);
    },
  });
});
afterEach(() => relay[Symbol.asyncDispose]());

const requests = (count: number): { item: number }[] => Array.from({ length: count }, (_, item) => ({ item }));
const post = (count: number, style: 'ios' | 'android'): Promise<readonly RelayAnswer[]> =>
  postToRelay(`http://127.0.0.1:${relay.port}/`, 'subscribe', requests(count), style);

describe('an iOS app', () => {
  test('sends one request bare and reads one answer', async () => {
    expect(await post(1, 'ios')).toEqual([{ success: true, added: true, message: '/subscribe' }]);
    expect(bodies).toEqual([{ item: 0 }]);
  });

  test('sends all others in one array', async () => {
    expect(await post(130, 'ios')).toHaveLength(130);
    expect(bodies).toEqual([requests(130)]);
  });
});

test('an Android app sends arrays of at most a hundred', async () => {
  expect(await post(130, 'android')).toHaveLength(130);
  await post(1, 'android');
  expect(bodies.map((body) => (body as unknown[]).length)).toEqual([100, 30, 1]);
});

test('a relay that fails the whole request is told by its status', async () => {
  status = 503;
  await expect(post(1, 'android')).rejects.toMatchObject({ code: 'RELAY_FAILURE', status: 503 });
});
