import { type HttpAnswer, type HttpRequest, json, objectIn, startHttpServer } from '../wire/http-server.ts';
import { control, type OxendControls, type OxendMode } from './control.ts';
import { getServiceNodes } from './get-service-nodes.ts';
import { NodeList } from './node-list.ts';
import { type Reshuffle, reshuffle } from './reshuffle.ts';

export interface OxendOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default a free port. */
  readonly port?: number;
}

export interface Oxend extends AsyncDisposable {
  readonly port: number;
  /** `POST` JSON-RPC here. */
  readonly rpcUrl: string;
  /** See `control`. */
  readonly controlUrl: string;
  readonly list: NodeList;
  /** Changes swarms in one block; throws when the change makes no sense. */
  reshuffle(change: Reshuffle): void;
  setMode(mode: OxendMode): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Long enough for any caller's own time-out to end the wait first. */
const SILENCE_MS = 60_000;
const MAX_BODY_BYTES = 1_000_000;

/** A chain daemon that knows service nodes: `get_service_nodes` over JSON-RPC, and a control endpoint to change them. */
export async function startOxend(options: OxendOptions = {}): Promise<Oxend> {
  const controls: OxendControls = { list: new NodeList(), mode: 'honest' };
  const server = await startHttpServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    maxBodyBytes: MAX_BODY_BYTES,
    handle: (request) => {
      if (request.path.startsWith('/control/')) return control(controls, request);
      if (request.method === 'POST' && request.path === '/json_rpc') return answer(controls, request);
      return json(404, { error: 'not found' });
    },
  });
  const url = `http://${options.host ?? '127.0.0.1'}:${server.port}`;
  return {
    port: server.port,
    rpcUrl: `${url}/json_rpc`,
    controlUrl: `${url}/control`,
    list: controls.list,
    reshuffle: (change) => {
      const problem = reshuffle(controls.list, change);
      if (problem !== null) throw new Error(problem);
    },
    setMode: (mode) => {
      controls.mode = mode;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function answer({ list, mode }: OxendControls, { body }: HttpRequest): Promise<HttpAnswer> {
  if (mode === 'down') return json(503, { error: 'down' });
  if (mode === 'garbage')
    return { status: 200, body: '{"jsonrpc":"2.0","result":{"service_node_states":[{"swarm_id":' };
  if (mode === 'silent') await new Promise((resolve) => setTimeout(resolve, SILENCE_MS).unref());
  const call = objectIn(body);
  const envelope = { jsonrpc: '2.0', id: call?.['id'] ?? null };
  if (call === null) return json(200, { ...envelope, error: { code: -32_700, message: 'Parse error' } });
  if (call['method'] !== 'get_service_nodes') {
    return json(200, { ...envelope, error: { code: -32_601, message: 'Method not found' } });
  }
  const params = call['params'];
  const isObject = typeof params === 'object' && params !== null;
  return json(200, { ...envelope, result: getServiceNodes(list, isObject ? (params as Record<string, unknown>) : {}) });
}
