import { bencode, type Encodable } from '../wire/bencode.ts';
import { writeJson } from '../wire/service-nodes.ts';
import { getSwarm } from './get-swarm.ts';
import type { NodeState } from './node-state.ts';
import { BadCall, type Params, readParams } from './params.ts';
import { retrieve } from './retrieve.ts';
import type { StorageAnswer } from './storage-answer.ts';
import { store } from './store.ts';

export type StorageMethod = (state: NodeState, params: Params) => StorageAnswer | Promise<StorageAnswer>;

/** What clients may call: over OxenMQ as `storage.<name>`, over HTTP as the `method` of `/storage_rpc/v1`. */
export const STORAGE_METHODS: ReadonlyMap<string, StorageMethod> = new Map<string, StorageMethod>([
  ['store', (state, params) => store(state, params, { isForwarded: false })],
  ['retrieve', retrieve],
  ['get_swarm', getSwarm],
  ['info', (state) => ({ status: 200, body: { version: [2, 8, 0], timestamp: state.clock.nowMs() } })],
]);

/** Runs one call; the answer's bytes are raw or base64 as the call's were. */
export async function storageCall(
  state: NodeState,
  method: StorageMethod,
  body: Buffer,
): Promise<{ readonly status: number; readonly text: Buffer }> {
  try {
    const params = readParams(body);
    const answer = await method(state, params);
    return { status: answer.status, text: encoded(answer.body, params.isBencoded) };
  } catch (error) {
    if (error instanceof BadCall) return { status: 400, text: Buffer.from(`invalid request: ${error.message}`) };
    throw error;
  }
}

function encoded(body: StorageAnswer['body'], isBencoded: boolean): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return isBencoded ? bencode(forBencode(body)) : Buffer.from(writeJson(forJson(body)));
}

function forBencode(value: unknown): Encodable {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (Array.isArray(value)) return value.map(forBencode);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value as Encodable;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, forBencode(member)]));
}

function forJson(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(forJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, forJson(member)]));
}
