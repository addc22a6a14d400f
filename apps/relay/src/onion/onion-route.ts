import type { Metrics } from '@push/ops';
import { encodeInnerAnswer, type InnerRequest, openOnion, readInnerRequest } from '@push/protocol';
import { MAX_ONION_BYTES } from '../exchange/limits.ts';
import { failureAnswer } from '../failure/failure-answer.ts';
import type { FrontDoor } from '../http/front-door.ts';
import type { Outbound, Routes } from '../exchange/route.ts';
import type { OnionKeys } from './onion-keys.ts';

export const ONION_PATH = '/oxen/v4/lsrpc';

export interface OnionRouteOptions {
  readonly keys: OnionKeys;
  /** Answers the requests inside. It must not have this route, or onions inside onions would be opened without end. */
  readonly inside: FrontDoor;
  readonly metrics: Metrics;
}

/**
 * Onion requests, version 4. What was opened gets its answer, good or bad, inside: the storage nodes on the way are not told
 * how it went, and a failure that they saw would make an app blame its path. What was not opened gets 400, after the same
 * work and with the same words whatever is wrong with it.
 */
export function onionRoute({ keys, inside, metrics }: OnionRouteOptions): Routes {
  const answerInside = async (request: InnerRequest | null): Promise<Uint8Array> => {
    const asked = request === null ? null : { method: request.method, url: request.endpoint, body: request.body };
    const { status, headers, body, outcomes = 1 } = asked === null ? NOT_INSIDE : await inside.answer(asked);
    return encodeInnerAnswer({ code: status, headers, body: typeof body === 'string' ? padded(body, outcomes) : body });
  };
  const handle = async (body: Uint8Array): Promise<Outbound> => {
    const { plaintext, sealAnswer } = openOnion(keys(), body);
    const request = readInnerRequest(plaintext ?? NOTHING);
    const sealed = sealAnswer(await answerInside(request));
    const failure = plaintext === null ? 'not-opened' : request === null ? 'not-inside' : null;
    if (failure !== null) metrics.count('push_relay_unusable_requests_total', { reason: failure });
    metrics.count('push_relay_onion_requests_total', { outcome: failure ?? 'carried-out' });
    if (plaintext === null) return NOT_OPENED;
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: sealed };
  };
  return { [ONION_PATH]: { method: 'POST', maxBodyBytes: MAX_ONION_BYTES, handle } };
}

/** Longer than any outcome of one item. */
const OUTCOME_BYTES = 192;
const BLOCK_BYTES = 512;

/**
 * JSON, with as many spaces at its end that its length tells how many items were sent, which the request told already, and
 * nothing of what came of them: storage nodes see how long an answer is.
 */
function padded(json: string, outcomes: number): Uint8Array {
  const length = Math.max(Buffer.byteLength(json), outcomes * OUTCOME_BYTES);
  return Buffer.from(
    json.padEnd(json.length + Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES - Buffer.byteLength(json)),
  );
}

const NOTHING = new Uint8Array();
const NOT_OPENED = failureAnswer('not-opened');
const NOT_INSIDE: Outbound = failureAnswer('not-inside');
