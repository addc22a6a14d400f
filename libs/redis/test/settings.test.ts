import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '@push/ops';
import { z } from 'zod';
import { redisSettings, redisVariables } from '../src/index.ts';

describe('redisSettings', () => {
  test('reads one server, a cluster and a sentinel', () => {
    expect(redisSettings({ REDIS_URL: 'redis://u:p%40w@h:1/3' })).toMatchObject({
      topology: { kind: 'single', node: { host: 'h', port: 1 } },
      database: 3,
      username: 'u',
      password: 'p@w',
    });
    expect(redisSettings({ REDIS_URL: 'redis://a:1,redis://b:2,c' }).topology).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 6379 },
      ],
    });
    expect(redisSettings({ REDIS_URL: 'redis+sentinel://a:1,b/main' }).topology).toEqual({
      kind: 'sentinel',
      name: 'main',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
    });
  });
});

describe('REDIS_URL', () => {
  test.each([
    ['a host alone', 'redis://h', []],
    ['a percent sign written as %25', 'redis://u:50%25@h', []],
    ['a bare percent sign in the password', 'redis://u:50%@h', [expect.stringContaining('write % as %25')]],
    ['a bare percent sign in the user', 'redis://%zz@h,redis://h2', [expect.stringContaining('write % as %25')]],
    ['bytes that are not UTF-8', 'rediss://u:%ff@h', [expect.stringContaining('write % as %25')]],
    ['another protocol', 'http://u:50%@h', [expect.stringContaining('must be redis://host:port')]],
  ])('with %s has just the problems that one can act on', (_, url, problems) => {
    const schema = z.object(redisVariables).transform(redisSettings);
    const read = readEnvironment(schema, { REDIS_URL: url });
    expect(read.ok ? [] : read.problems.map(({ problem }) => problem)).toEqual(problems);
  });
});
