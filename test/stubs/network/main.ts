/**
 * `node test/stubs/network/main.ts [--swarms 3] [--nodes-per-swarm 3] [--host 127.0.0.1] [--ip <as listed>]
 * [--oxend-port 0]`: a whole network in one process. With `--host 0.0.0.0`, as in a container, nodes are listed under
 * the machine's first address unless `--ip` says otherwise.
 */
import { networkInterfaces } from 'node:os';
import { flags, serve, wholeNumber } from '../wire/process.ts';
import { startNetwork } from './network.ts';

const given = flags(['swarms', 'nodes-per-swarm', 'host', 'ip', 'oxend-port']);
const host = given.host ?? '127.0.0.1';

await serve(
  () =>
    startNetwork({
      swarms: wholeNumber(given.swarms, 3),
      nodesPerSwarm: wholeNumber(given['nodes-per-swarm'], 3),
      host,
      ip: given.ip ?? (host === '0.0.0.0' ? firstAddress() : host),
      oxendPort: wholeNumber(given['oxend-port'], 0),
    }),
  ({ oxend, members }) => ({
    oxendUrl: oxend.rpcUrl,
    controlUrl: oxend.controlUrl,
    nodes: members.map(({ node, swarmId, pubkeyEd25519 }) => ({
      pubkeyEd25519,
      swarm: String(swarmId),
      omqPort: node?.omqPort,
      controlUrl: `http://${host}:${node?.httpPort}/control`,
    })),
  }),
);

function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
