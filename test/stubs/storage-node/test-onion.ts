import { wrapForPath } from '../client/onion-path.ts';
import type { StandInRelay } from '../client/stand-in-relay.ts';
import { bdecode, bencode } from '../wire/bencode.ts';
import { sealLayer, writeFrame } from '../wire/onion.ts';
import { decryptLayer, type EncType } from '../wire/onion-cipher.ts';
import type { ServiceNode } from '../wire/service-nodes.ts';

/** What came out of a path. */
export interface OnionOutcome {
  readonly status: number;
  readonly body: Buffer;
  /** The two parts of what the relay encrypted; none when the answer is not the relay's. */
  readonly parts: readonly string[];
}

const METADATA = { method: 'POST', endpoint: '/subscribe', headers: { 'content-type': 'application/json' } };

/** A request as a relay finds it when everything around it is opened. */
export const onionMessage = (content: string): Buffer => bencode([JSON.stringify(METADATA), content]);

/** Sends a message to the relay through nodes, guard first. */
export async function sendThrough(
  path: readonly ServiceNode[],
  { url, onionKey }: StandInRelay,
  message: Buffer,
  encType?: EncType,
): Promise<OnionOutcome> {
  const route = { relayUrl: url, onionKey, ...(encType !== undefined && { encType }) };
  const { body, answerKey } = wrapForPath(message, path, route);
  const answer = await enter(path[0], body);
  const opened = decryptLayer(answer.body, answerKey);
  return { ...answer, parts: opened === null ? [] : (bdecode(opened) as readonly Buffer[]).map(String) };
}

/** Posts any bytes to a node as an onion request. */
export async function enter(
  guard: ServiceNode | undefined,
  body: Buffer,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const response = await fetch(`http://127.0.0.1:${guard?.httpPort}/onion_req/v2`, { method: 'POST', body });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}

/** What nodes answer to any bytes that are sealed to the last of them, and to the others as the way there. */
export async function tell(path: readonly ServiceNode[], plaintext: Buffer): Promise<readonly [number, string]> {
  let content = plaintext;
  for (const [index, node] of [...path.entries()].toReversed()) {
    const { sealed } = sealLayer(content, Buffer.from(node.pubkeyX25519, 'hex'), 'xchacha20');
    content = writeFrame(sealed.ciphertext, {
      ...(index > 0 && { destination: node.pubkeyEd25519 }),
      ephemeral_key: sealed.ephemeralKey.toString('hex'),
      enc_type: 'xchacha20',
    });
  }
  return textOf(await enter(path[0], content));
}

export const textOf = ({ status, body }: Pick<OnionOutcome, 'status' | 'body'>): readonly [number, string] => [
  status,
  body.toString(),
];
