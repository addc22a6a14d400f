import type { Ledger } from '@push/ledger';
import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from './connection.ts';

/** What we cannot work with, as a server says it of itself; null for what is fit or kept to itself. */
export interface Unfitness {
  /** Anything but `noeviction`. */
  readonly policy: string | null;
  /** One before 7.0, the first to number stream entries within an id of ours (`XADD feed 1-*`). */
  readonly version: string | null;
}

/** Tells, once, what is unfit about the servers behind `connection`, as soon as they can be asked. */
export function reportUnfitServer(connection: RedisConnection, ledger: Ledger): void {
  const look = async (): Promise<void> => {
    const info = await readInfo(connection).catch(() => null);
    if (info === null) return void connection.once('ready', onReady);
    const { policy, version } = unfitness(info);
    if (policy !== null) ledger.record('redis.evicts', { policy });
    if (version !== null) ledger.record('redis.outdated', { version });
  };
  const onReady = (): void => void look();
  if (connection.status === 'ready') onReady();
  else connection.once('ready', onReady);
}

/** Of all servers that store something, one after the other. */
async function readInfo(connection: RedisConnection): Promise<string> {
  const servers: readonly Redis[] = connection instanceof Cluster ? connection.nodes('master') : [connection];
  const sections = servers.flatMap((server) => [server.info('server'), server.info('memory')]);
  return (await Promise.all(sections)).join('\n');
}

/** Out of the text of INFO, of one server or several. */
export function unfitness(info: string): Unfitness {
  return {
    policy: /^maxmemory_policy:(?!noeviction\s*$)(\S+)/m.exec(info)?.[1] ?? null,
    version: /^redis_version:([0-6]\.\S*)/m.exec(info)?.[1] ?? null,
  };
}
