import type { WatchId } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import { recordName } from '@push/registry';
import type { Cluster, Redis } from 'ioredis';

const WATCH = recordName.watch('' as WatchId);

/** The ids of all watches, about a thousand at a time, some perhaps twice. On a Cluster, node after node. */
export async function* scanWatchIds(connection: RedisConnection): AsyncGenerator<WatchId[]> {
  for (const node of isCluster(connection) ? connection.nodes('master') : [connection]) {
    let cursor = '0';
    do {
      const [next, names] = await node.scan(cursor, 'MATCH', `${WATCH}*`, 'COUNT', 1_000);
      yield names.map((name) => name.slice(WATCH.length) as WatchId);
      cursor = next;
    } while (cursor !== '0');
  }
}

function isCluster(connection: Redis | Cluster): connection is Cluster {
  return connection.isCluster;
}
