import { Redis } from 'ioredis';
import { randomPasswords, type RedisUser } from '../../tools/redis-acl.ts';
import { freePort, type RedisServer, startRedisServer } from './redis-server.ts';

export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  /** URL that names every node, for one user. */
  urlFor(user: RedisUser): string;
  [Symbol.asyncDispose](): Promise<void>;
}

const SLOTS = 16_384;

/** Nodes without replicas that share the slots evenly, with the settings and users of deploy/. */
export async function startRedisCluster(size: number): Promise<RedisCluster> {
  const passwords = randomPasswords();
  const nodes: RedisServer[] = [];
  const operators: Redis[] = [];
  let seed: { readonly port: number; readonly clusterPort: number } | null = null;
  for (let i = 0; i < size; i += 1) {
    const clusterPort = await freePort();
    const node = await startRedisServer({ passwords, clusterPort });
    const operator = new Redis(node.urlFor('operator'));
    nodes.push(node);
    operators.push(operator);
    const [first, last] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / size)) as [number, number];
    await operator.call('CLUSTER', 'ADDSLOTSRANGE', first, last - 1);
    if (seed === null) seed = { port: node.port, clusterPort };
    else await operator.call('CLUSTER', 'MEET', '127.0.0.1', seed.port, seed.clusterPort);
  }
  for (const operator of operators) await agreed(operator, size);
  for (const operator of operators) operator.disconnect();
  return {
    nodes,
    urlFor: (user) => nodes.map((node) => node.urlFor(user)).join(','),
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    },
  };
}

/** Until a node sees all others and an owner for every slot; gossip takes a second or two. */
async function agreed(operator: Redis, size: number): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (performance.now() < deadline) {
    const info = String(await operator.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the Redis Cluster did not form within 15 s');
}
