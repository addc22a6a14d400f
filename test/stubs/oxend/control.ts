import { type HttpAnswer, type HttpRequest, json, objectIn } from '../wire/http-server.ts';
import { idIn, type ServiceNode } from '../wire/service-nodes.ts';
import type { NodeList } from './node-list.ts';
import { readReshuffle, reshuffle } from './reshuffle.ts';

/** How the JSON-RPC side behaves. `silent` keeps the caller waiting until he gives up. */
export const OXEND_MODES = ['honest', 'down', 'garbage', 'silent'] as const;
export type OxendMode = (typeof OXEND_MODES)[number];

export interface OxendControls {
  readonly list: NodeList;
  mode: OxendMode;
}

/**
 * `GET /control/state` · `PUT /control/nodes` (a node) · `DELETE /control/nodes/<Ed25519 key>` ·
 * `POST /control/reshuffle` (`{action, swarm, node?, into?}`) · `POST /control/block` · `POST /control/mode` (`{mode}`).
 * Swarm ids are decimal text here. Every answer is the state afterwards, or 400 with `error`.
 */
export function control(controls: OxendControls, { method, path, body }: HttpRequest): HttpAnswer {
  const { list } = controls;
  const problem = (): string | null => {
    switch (`${method} ${path.split('/').slice(0, 3).join('/')}`) {
      case 'GET /control/state':
        return null;
      case 'PUT /control/nodes': {
        const node = readNode(objectIn(body));
        if (node === null) return 'not a node';
        list.put([node]);
        return null;
      }
      case 'DELETE /control/nodes':
        return list.remove(path.split('/')[3] ?? '') ? null : 'no such node';
      case 'POST /control/reshuffle': {
        const change = readReshuffle(objectIn(body));
        return change === null ? 'not a change' : reshuffle(list, change);
      }
      case 'POST /control/block':
        list.advance();
        return null;
      case 'POST /control/mode': {
        const mode = OXEND_MODES.find((name) => name === objectIn(body)?.['mode']);
        controls.mode = mode ?? controls.mode;
        return mode === undefined ? `mode is one of ${OXEND_MODES.join(', ')}` : null;
      }
      default:
        return 'no such control';
    }
  };
  const error = problem();
  return error === null ? json(200, state(controls)) : json(400, { error });
}

const state = ({ list, mode }: OxendControls): object => ({
  mode,
  height: list.height,
  blockHash: list.blockHash,
  nodes: list.nodes.map((node) => ({ ...node, swarmId: String(node.swarmId) })),
});

function readNode(body: Readonly<Record<string, unknown>> | null): ServiceNode | null {
  const swarmId = idIn(body?.['swarmId']);
  const { pubkeyEd25519, pubkeyX25519, ip, httpPort, omqPort, isActive } = body ?? {};
  if (swarmId === null || typeof pubkeyEd25519 !== 'string' || typeof pubkeyX25519 !== 'string') return null;
  if (typeof ip !== 'string' || typeof httpPort !== 'number' || typeof omqPort !== 'number') return null;
  return { pubkeyEd25519, pubkeyX25519, ip, httpPort, omqPort, swarmId, isActive: isActive !== false };
}
