import type { Bencoded, BencodedDict } from '../wire/bencode.ts';
import { monitorString } from '../wire/signed-strings.ts';
import { verifies, x25519Of } from '../wire/sodium.ts';
import { memberKeyOf, type Subaccount, subaccountProblem, SubaccountRight } from '../wire/subaccount.ts';
import type { Interest } from './subscriptions.ts';

export const ErrorCode = { arguments: 1, key: 2, namespaces: 3, timestamp: 4, signature: 5 } as const;

export interface Refused {
  readonly kind: 'refused';
  readonly errcode: number;
  readonly error: string;
}
export type EntryVerdict = { readonly kind: 'accepted'; readonly interest: Interest } | Refused;

const MAX_AGE_S = 14 * 24 * 3600;
const MAX_AHEAD_S = 24 * 3600;
const SESSION_ID_PREFIX = 0x05;

/** Judges one entry of `monitor.messages` as a storage node does, the cheap checks first. */
export function judgeEntry(entry: BencodedDict, nowMs: number): EntryVerdict {
  if (!entry.isOrdered) return refuse('arguments', 'keys out of order');
  const account = accountOf(entry);
  if ('kind' in account) return account;
  const subaccount = subaccountOf(entry);
  if (subaccount !== null && 'kind' in subaccount) return subaccount;
  const wantsData = entry.get('d') ?? 0n;
  if (wantsData !== 0n && wantsData !== 1n) return refuse('arguments', 'd is 0 or 1');
  const namespaces = namespacesOf(entry.get('n'));
  if ('kind' in namespaces) return namespaces;
  const signature = entry.get('s');
  if (!Buffer.isBuffer(signature)) return refuse('arguments', 's is required');
  if (signature.length !== 64) return refuse('signature', 's must be 64 bytes');
  const signedAt = entry.get('t');
  if (typeof signedAt !== 'bigint') return refuse('arguments', 't is required');
  const age = Math.floor(nowMs / 1000) - Number(signedAt);
  if (age > MAX_AGE_S || age < -MAX_AHEAD_S) return refuse('timestamp', 't is too old or in the future');

  if (subaccount !== null) {
    const owner = { prefix: account.id[0] ?? 0, ed25519: account.ed25519 };
    const problem = subaccountProblem(subaccount, owner, SubaccountRight.read);
    if (problem !== null) return refuse('signature', problem);
  }
  const key = subaccount === null ? account.ed25519 : memberKeyOf(subaccount);
  const signed = monitorString(account.id, signedAt, wantsData === 1n, namespaces.list);
  if (!verifies(signature, signed, key)) return refuse('signature', 'signature verification failed');
  // The id may be a part of the request, which must not stay in memory.
  const interest = { account: Buffer.from(account.id), namespaces: namespaces.list, wantsData: wantsData === 1n };
  return { kind: 'accepted', interest };
}

export const refuse = (reason: keyof typeof ErrorCode, error: string): Refused => ({
  kind: 'refused',
  errcode: ErrorCode[reason],
  error,
});

/** `P`, the Ed25519 key of a Session ID, or `p`, any other account; exactly one of them. */
function accountOf(entry: BencodedDict): { readonly id: Buffer; readonly ed25519: Buffer } | Refused {
  const session = entry.get('P');
  const other = entry.get('p');
  if ((session === undefined) === (other === undefined)) return refuse('arguments', 'exactly one of P and p');
  if (session !== undefined) {
    if (!Buffer.isBuffer(session)) return refuse('arguments', 'P is not a string');
    if (session.length !== 32) return refuse('key', 'P must be 32 bytes');
    const x25519 = x25519Of(session);
    if (x25519 === null) return refuse('key', 'P is not an Ed25519 key');
    return { id: Buffer.concat([Uint8Array.of(SESSION_ID_PREFIX), x25519]), ed25519: session };
  }
  if (!Buffer.isBuffer(other)) return refuse('arguments', 'p is not a string');
  return other.length === 33 ? { id: other, ed25519: other.subarray(1) } : refuse('key', 'p must be 33 bytes');
}

function subaccountOf(entry: BencodedDict): Subaccount | Refused | null {
  const signature = entry.get('S');
  const tag = entry.get('T');
  if (signature === undefined && tag === undefined) return null;
  if (!Buffer.isBuffer(signature) || !Buffer.isBuffer(tag)) return refuse('arguments', 'both S and T');
  if (signature.length !== 64 || tag.length !== 36) return refuse('key', 'S must be 64 bytes and T 36');
  return { tag, signature };
}

function namespacesOf(value: Bencoded | undefined): { readonly list: readonly number[] } | Refused {
  if (!Array.isArray(value) || value.length === 0) return refuse('arguments', 'n must be a list and not empty');
  const list = (value as readonly Bencoded[]).map((item) => (typeof item === 'bigint' ? Number(item) : Number.NaN));
  if (!list.every((namespace) => namespace >= -32_768 && namespace <= 32_767)) {
    return refuse('arguments', 'n must hold 16-bit integers');
  }
  const isAscending = list.every((namespace, index) => index === 0 || namespace > (list[index - 1] ?? 0));
  return isAscending ? { list } : refuse('namespaces', 'n must be strictly ascending');
}
