import type { RedisConnection } from '@push/redis';

/** Every key with all it holds, as text: what somebody who copies the database would read. */
export async function redisContents(operator: RedisConnection): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const key of (await operator.keys('*')).sort()) contents.set(key, JSON.stringify(await valueOf(operator, key)));
  return contents;
}

async function valueOf(operator: RedisConnection, key: string): Promise<unknown> {
  switch (await operator.type(key)) {
    case 'string':
      return operator.get(key);
    case 'hash':
      return operator.hgetall(key);
    case 'list':
      return operator.lrange(key, 0, -1);
    case 'set':
      return operator.smembers(key);
    case 'zset':
      return operator.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return operator.xrange(key, '-', '+');
    default:
      return null;
  }
}
