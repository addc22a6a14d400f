import { retrieveString, storeString } from '../wire/signed-strings.ts';
import type { MailboxKey } from './mailbox-key.ts';
import { callSwarm } from './swarm-client.ts';

/** How long messages of a kind live in the swarm. */
export const LIFETIME_MS = {
  message: 14 * 86_400_000,
  typing: 20_000,
  call: 300_000,
  config: 30 * 86_400_000,
} as const;

export interface Deposit {
  /** 33 bytes. */
  readonly account: Uint8Array;
  readonly namespace: number;
  readonly ttlMs: number;
  readonly data: Uint8Array;
  readonly nowMs: number;
  /** Required except for other people's mail, in namespaces divisible by 10. */
  readonly key: MailboxKey | null;
}

/** Leaves data in a mailbox; returns its hash. */
export async function deposit(members: readonly string[], mail: Deposit): Promise<string> {
  const answer = await callSwarm<{ readonly hash: string }>(members, 'store', {
    pubkey: Buffer.from(mail.account).toString('hex'),
    namespace: mail.namespace,
    timestamp: mail.nowMs,
    ttl: mail.ttlMs,
    data: Buffer.from(mail.data).toString('base64'),
    ...(mail.key !== null && {
      ...proofOf(mail.key, storeString(mail.namespace, mail.nowMs)),
      sig_timestamp: mail.nowMs,
    }),
  });
  return answer.hash;
}

export interface Mail {
  readonly hash: string;
  readonly createdMs: number;
  readonly data: Buffer;
}

/** What came to a namespace after the message with `lastHash`, oldest first. */
export async function fetchMail(
  members: readonly string[],
  key: MailboxKey,
  {
    namespace,
    lastHash,
    nowMs,
  }: { readonly namespace: number; readonly lastHash: string | null; readonly nowMs: number },
): Promise<readonly Mail[]> {
  const answer = await callSwarm<RetrieveAnswer>(members, 'retrieve', {
    pubkey: key.account.toString('hex'),
    namespace,
    timestamp: nowMs,
    ...proofOf(key, retrieveString(namespace, nowMs)),
    ...(lastHash !== null && { last_hash: lastHash }),
  });
  return answer.messages.map(({ hash, timestamp, data }) => ({
    hash,
    createdMs: timestamp,
    data: Buffer.from(data, 'base64'),
  }));
}

interface RetrieveAnswer {
  readonly messages: readonly { readonly hash: string; readonly timestamp: number; readonly data: string }[];
}

const proofOf = ({ sessionEd25519, subaccount, sign }: MailboxKey, signed: string): object => ({
  signature: sign(signed).toString('base64'),
  ...(sessionEd25519 !== null && { pubkey_ed25519: sessionEd25519.toString('hex') }),
  ...(subaccount !== null && {
    subaccount: subaccount.tag.toString('base64'),
    subaccount_sig: subaccount.signature.toString('base64'),
  }),
});
