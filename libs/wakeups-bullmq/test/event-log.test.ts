import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withoutEventLog } from '../src/event-log.ts';
import { openQueueWorld, type QueueWorld } from './queue-world.ts';

let world: QueueWorld;
beforeAll(async () => {
  world = await openQueueWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('a connection without event log', () => {
  const run = async (lua: string): Promise<unknown> => {
    const connection = withoutEventLog(world.operator) as typeof world.operator & {
      probe: (key: string) => Promise<unknown>;
    };
    connection.defineCommand('probe', { numberOfKeys: 1, lua });
    return connection.probe('wakeup:{apns}:events');
  };

  test('runs the scripts of BullMQ, all but the events they write', async () => {
    const lua = 'local rcall = redis.call\nrcall("XADD", KEYS[1], "*", "a", "b")\nreturn rcall("EXISTS", KEYS[1])';
    expect(await run(lua)).toBe(0);
  });

  test.each([
    ['calls Redis in another way', 'return redis.call("XADD", KEYS[1], "*", "a", "b")'],
    ['does so beside the usual one', 'local rcall = redis.call\nreturn redis.pcall("XADD", KEYS[1], "*", "a", "b")'],
  ])('refuses a script that %s', async (_, lua) => {
    await expect(run(lua)).rejects.toThrow(/cannot be silenced/);
    expect(await world.operator.exists('wakeup:{apns}:events')).toBe(0);
  });
});
