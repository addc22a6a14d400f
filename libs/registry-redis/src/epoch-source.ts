import type { RedisConnection } from '@push/redis';
import { epochKeyName, type EpochSource } from '@push/sealing';

export function createEpochSource(connection: RedisConnection): EpochSource {
  return { read: (id) => connection.getBuffer(epochKeyName(id)) };
}
