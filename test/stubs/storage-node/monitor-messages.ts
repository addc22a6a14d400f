import { setImmediate } from 'node:timers/promises';
import { bdecode, bencode, type Bencoded, BencodedDict, type Encodable } from '../wire/bencode.ts';
import { type EntryVerdict, judgeEntry, refuse } from './monitor-entry.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Signature checks between two turns of the event loop (about 80 µs each). */
const ENTRIES_PER_TURN = 50;

/**
 * `monitor.messages`: one body part, a dict or a list of dicts, answered by a dict or a list in the same order.
 * What is accepted takes effect before the answer is sent. A body that is neither, or a list with something that is no
 * dict, gets a single error and changes nothing.
 */
export async function monitorMessages(
  subscriptions: Subscriptions,
  route: Buffer,
  parts: readonly Buffer[],
  now: () => number,
): Promise<Buffer> {
  // Whatever else has arrived queues up first, as it does before a real node's worker; see the listener's limit.
  await setImmediate();
  const body = parts.length === 1 ? decoded(parts[0]) : undefined;
  const isList = Array.isArray(body);
  const entries: readonly Bencoded[] = isList ? (body as readonly Bencoded[]) : [body ?? 0n];
  if (!entries.every((entry) => entry instanceof BencodedDict)) {
    return bencode(answerOf(refuse('arguments', 'one bencoded dict or list of dicts is required')));
  }
  const verdicts: EntryVerdict[] = [];
  for (const [index, entry] of entries.entries()) {
    if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) await setImmediate();
    verdicts.push(judgeEntry(entry, now()));
  }
  const answers = verdicts.map((verdict) => {
    const hasRoom = verdict.kind === 'refused' || subscriptions.add(route, verdict.interest, now());
    return answerOf(hasRoom ? verdict : refuse('arguments', 'no room for another subscription'));
  });
  return bencode(isList ? answers : (answers[0] ?? []));
}

function decoded(body: Buffer | undefined): Bencoded | undefined {
  try {
    return body === undefined ? undefined : bdecode(body);
  } catch {
    return undefined;
  }
}

const answerOf = (verdict: EntryVerdict): Encodable =>
  verdict.kind === 'accepted' ? { success: 1 } : { errcode: verdict.errcode, error: verdict.error };
