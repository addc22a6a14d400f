import { isSessionId } from './account.ts';
import { type BencodeValue, decodeBencode } from './bencode.ts';
import { encodeBencode } from './bencode-encoder.ts';
import type { MonitorAnswer, MonitorRequest } from './subscription.ts';

/** One subscription as `monitor.messages` takes it: `P` for a Session ID, `p` for any other account. */
export function encodeMonitorEntry(request: MonitorRequest): Uint8Array {
  const { account, ed25519, subaccount, namespaces, wantsData, signature, signedAt } = request;
  if (isSessionId(account) !== (ed25519 !== null)) throw new TypeError('a Session ID, and only it, comes with its key');
  return encodeBencode({
    P: ed25519 ?? undefined,
    S: subaccount?.signature,
    T: subaccount?.tag,
    d: wantsData ? 1 : undefined,
    n: namespaces,
    p: ed25519 === null ? account : undefined,
    s: signature,
    t: signedAt,
  });
}

/** Many entries as one request body; the node answers them in the same order. */
export function encodeMonitorBatch(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([LIST_OPEN, ...entries, LIST_CLOSE]);
}

const LIST_OPEN = Buffer.from('l');
const LIST_CLOSE = Buffer.from('e');

/**
 * What a node answered to `expectedCount` entries (at least 1), in their order.
 *
 * A single refusal for a whole batch counts for every entry, since nothing of the batch was applied then.
 * @returns `null` when the body is malformed or answers another number of entries.
 */
export function decodeMonitorAnswers(body: Uint8Array, expectedCount: number): readonly MonitorAnswer[] | null {
  const value = decodeBencode(body, { keys: 'lenient', maxDepth: 3, maxValues: 1 + expectedCount * VALUES_AN_ANSWER });
  if (value instanceof Map) {
    const answer = answerOf(value);
    return expectedCount === 1 || answer.kind === 'refused' ? Array<MonitorAnswer>(expectedCount).fill(answer) : null;
  }
  return Array.isArray(value) && value.length === expectedCount ? value.map(answerOf) : null;
}

/** The answer itself, its success or error code and text, each perhaps twice, and room for what may be added. */
const VALUES_AN_ANSWER = 16;

/** An error code outweighs a success beside it. */
function answerOf(value: BencodeValue): MonitorAnswer {
  if (!(value instanceof Map)) return { kind: 'refused', reason: 'other' };
  const code: unknown = value.get('errcode');
  if (code === undefined && value.get('success') === 1) return SUBSCRIBED;
  return { kind: 'refused', reason: (typeof code === 'number' ? REASONS[code] : undefined) ?? 'other' };
}

const SUBSCRIBED: MonitorAnswer = { kind: 'subscribed' };
const REASONS = [undefined, 'arguments', 'key', 'namespaces', 'timestamp', 'signature'] as const;
