/**
 * `node test/stubs/storage-node/main.ts --oxend http://127.0.0.1:22023/json_rpc [--swarm <decimal id>] [--seed <64 hex>]
 * [--host 127.0.0.1] [--ip 127.0.0.1] [--omq-port 0] [--http-port 0]`
 *
 * With `--swarm` the node enters itself into the oxend stub's list as a member of that swarm, reachable at `--ip`.
 */
import { fromHex } from '../wire/bytes.ts';
import { flags, serve, wholeNumber } from '../wire/process.ts';
import { writeJson } from '../wire/service-nodes.ts';
import { startStorageNode, type StorageNode } from './storage-node.ts';

const given = flags(['oxend', 'swarm', 'seed', 'host', 'ip', 'omq-port', 'http-port']);
const oxendUrl = given.oxend ?? 'http://127.0.0.1:22023/json_rpc';
const seed = given.seed === undefined ? undefined : fromHex(given.seed, 32);
if (seed === null) throw new Error('--seed takes 64 hex digits');

await serve(
  async () => {
    const node = await startStorageNode({
      oxendUrl,
      host: given.host ?? '127.0.0.1',
      omqPort: wholeNumber(given['omq-port'], 0),
      httpPort: wholeNumber(given['http-port'], 0),
      ...(seed !== undefined && { seed }),
    });
    if (given.swarm !== undefined) await register(node, BigInt(given.swarm));
    return node;
  },
  (node) => ({
    pubkeyEd25519: node.pubkeyEd25519,
    pubkeyX25519: node.pubkeyX25519,
    omqPort: node.omqPort,
    httpPort: node.httpPort,
    controlUrl: `http://${given.host ?? '127.0.0.1'}:${node.httpPort}/control`,
  }),
);

async function register(node: StorageNode, swarmId: bigint): Promise<void> {
  const entry = node.describe(given.ip ?? '127.0.0.1', swarmId);
  const response = await fetch(new URL('/control/nodes', oxendUrl), {
    method: 'PUT',
    body: writeJson({ ...entry, swarmId: String(swarmId) }),
  });
  if (!response.ok) throw new Error(`the oxend stub refused the node: ${response.status}`);
  await node.refresh();
}
