import { type HttpAnswer, type HttpRequest, json, objectIn } from '../wire/http-server.ts';
import { messagesFor } from './catch-up.ts';
import type { NodeState } from './node-state.ts';
import { STORAGE_METHODS, storageCall, type StorageMethod } from './storage-call.ts';
import { store } from './store.ts';

/**
 * What a node serves over HTTP (a real one over HTTPS; the stub stays plain on loopback): clients' calls as
 * `POST /storage_rpc/v1` with `{"method":…,"params":{…}}`, onion requests, and what nodes ask each other.
 */
export async function serveHttp(state: NodeState, { method, path, body }: HttpRequest): Promise<HttpAnswer> {
  switch (`${method} ${path}`) {
    case 'POST /storage_rpc/v1': {
      const call = objectIn(body);
      const handler = STORAGE_METHODS.get(String(call?.['method']));
      if (handler === undefined) return { status: 400, body: 'invalid request: no such method' };
      return answerTo(state, handler, Buffer.from(JSON.stringify(call?.['params'] ?? {})));
    }
    case 'POST /onion_req/v2':
      return { ...(await state.onion.fromClient(body)), contentType: 'text/plain' };
    case 'POST /sibling/v1/store':
      return answerTo(state, (node, params) => store(node, params, { isForwarded: true }), body);
    case 'POST /sibling/v1/messages': {
      const messages = messagesFor(state.mailbox, objectIn(body), state.clock.nowMs());
      return messages === null ? json(400, { error: 'not a question' }) : json(200, messages);
    }
    default:
      return json(404, { error: 'not found' });
  }
}

async function answerTo(state: NodeState, method: StorageMethod, params: Buffer): Promise<HttpAnswer> {
  const { status, text } = await storageCall(state, method, params);
  return { status, body: text.toString() };
}
