import type { Redis } from 'ioredis';

/** Everything about devices that is stored, byte for byte, with its expiry, by its name. */
export async function storedRecords(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const pattern of ['watch:*', 'device:*', 'order:*']) {
    for (const key of await redis.keys(pattern)) {
      found.set(key, `${(await redis.getBuffer(key))?.toString('hex')} ${await redis.pexpiretime(key)}`);
    }
  }
  return found;
}
