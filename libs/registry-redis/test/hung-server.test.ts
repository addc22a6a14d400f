import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kill } from 'node:process';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { Follower } from '../../registry/test/follower.ts';
import { sampleRegistration } from '../../registry/test/samples.ts';
import { freshKeys, openWatches, openWriter } from './redis-registry.ts';

const NOW_S = Math.floor(Date.now() / 1_000);
const keys = freshKeys();

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a Redis that takes commands and answers none', () => {
  test('lets no registration succeed, nor wait for long, and everything goes on once it answers', async () => {
    await using relay = await openWriter(server, { keys });
    await using watches = await openWatches(server, { keys });
    await using follower = new Follower(watches);
    await follower.until('scanned', () => follower.scans === 1);
    kill(server.pid, 'SIGSTOP');
    const began = performance.now();
    const attempt = relay.subscribe(sampleRegistration({ signedAt: NOW_S }));
    await expect(attempt).rejects.toMatchObject({ code: 'unreachable' });
    expect(performance.now() - began).toBeLessThan(3_500);
    kill(server.pid, 'SIGCONT');
    await follower.until('scanned again', () => follower.scans === 2);
    // Another one: the first one's lease may have been granted when nobody waited for it any more.
    await relay.subscribe(sampleRegistration({ signedAt: NOW_S, account: 'another' }));
    await follower.until('watched', () => follower.watches.size === 1);
  });
});
