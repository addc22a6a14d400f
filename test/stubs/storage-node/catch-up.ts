import { idIn, type ServiceNode } from '../wire/service-nodes.ts';
import { swarmOf } from '../wire/swarm-space.ts';
import type { Mailbox, StoredMessage } from './mailbox.ts';
import { askNode } from './siblings.ts';
import type { SwarmView } from './swarm-view.ts';

const TIMEOUT_MS = 10_000;
/** One answer holds no more than this much mail; the rest is left to the other members. */
const MAX_ANSWER_BYTES = 16_000_000;

/**
 * Fetches what other nodes hold of the accounts that are this node's now. Subscribers are not told: these messages are
 * not new to the network.
 */
export async function catchUp(mailbox: Mailbox, view: SwarmView, sources: readonly ServiceNode[]): Promise<void> {
  const question = { swarm: String(view.ownSwarm), swarmIds: view.swarmIds.map(String) };
  await Promise.all(
    sources.map(async (node) => {
      const answer = await askNode(node, '/sibling/v1/messages', question, TIMEOUT_MS);
      for (const message of messagesIn(answer)) if (view.holds(message.account)) mailbox.keep(message);
    }),
  );
}

/** The answer to that: live messages of the accounts that `swarm` has among `swarmIds`; null for a bad question. */
export function messagesFor(
  mailbox: Mailbox,
  question: Readonly<Record<string, unknown>> | null,
  nowMs: number,
): object | null {
  const swarm = idIn(question?.['swarm']);
  const list = question?.['swarmIds'];
  if (swarm === null || !Array.isArray(list)) return null;
  const swarmIds = list.map(idIn).filter((id) => id !== null);
  const messages: object[] = [];
  let bytes = 0;
  for (const message of mailbox.all(nowMs)) {
    if (swarmOf(message.account, swarmIds) !== swarm) continue;
    bytes += message.data.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    const { account, data, ...rest } = message;
    messages.push({ ...rest, account: account.toString('hex'), data: data.toString('base64') });
  }
  return { messages };
}

interface WrittenMessage extends Omit<StoredMessage, 'account' | 'data'> {
  readonly account: string;
  readonly data: string;
}

/** Nodes of this stub network trust each other's writing. */
function messagesIn(answer: unknown): readonly StoredMessage[] {
  const { messages = [] } = (answer ?? {}) as { messages?: readonly WrittenMessage[] };
  return messages.map(readMessage);
}

const readMessage = (message: WrittenMessage): StoredMessage => ({
  ...message,
  account: Buffer.from(message.account, 'hex'),
  data: Buffer.from(message.data, 'base64'),
});
