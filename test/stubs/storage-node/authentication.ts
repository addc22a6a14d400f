import { verifies, x25519Of } from '../wire/sodium.ts';
import { memberKeyOf, type Subaccount, subaccountProblem } from '../wire/subaccount.ts';
import type { Params } from './params.ts';

/** Who says that he may act for an account. */
export interface Authentication {
  /** Needed for an `05` account, whose id is not the key that signs. */
  readonly ed25519: Buffer | null;
  readonly subaccount: Subaccount | null;
  readonly signature: Buffer;
  readonly timestampMs: number;
}

/** How far a signature's time may be from now. */
const TOLERANCE_MS = 60_000;
/** A sibling passes a request on a little later. */
const FORWARDED_TOLERANCE_MS = 70_000;

/** Throws `BadCall`; null when the call carries no signature. */
export function readAuthentication(params: Params, timestampName: string): Authentication | null {
  if (!params.has('signature')) return null;
  return {
    ed25519: params.has('pubkey_ed25519') ? params.key('pubkey_ed25519', 32) : null,
    subaccount: params.has('subaccount')
      ? { tag: params.exactly('subaccount', 36), signature: params.exactly('subaccount_sig', 64) }
      : null,
    signature: params.exactly('signature', 64),
    timestampMs: params.integer(params.has(timestampName) ? timestampName : 'timestamp'),
  };
}

export interface Claim {
  readonly account: Buffer;
  readonly signed: string;
  readonly neededRights: number;
  readonly isForwarded: boolean;
}

/** Status and text of the refusal, or null when the account, or a subaccount with the rights, signed just now. */
export function refusalOf(
  authentication: Authentication | null,
  { account, signed, neededRights, isForwarded }: Claim,
  nowMs: number,
): { readonly status: 401 | 406; readonly body: string } | null {
  if (authentication === null) return { status: 401, body: 'signature required' };
  const { ed25519, subaccount, signature, timestampMs } = authentication;
  const tolerance = isForwarded ? FORWARDED_TOLERANCE_MS : TOLERANCE_MS;
  if (Math.abs(timestampMs - nowMs) > tolerance) {
    return { status: 406, body: 'signature timestamp too far from current time' };
  }
  const failed = { status: 401, body: 'signature verification failed' } as const;
  const key = account.subarray(1);
  const owner = ed25519 ?? key;
  if (account[0] === 0x05 && x25519Of(owner)?.equals(key) !== true) return failed;
  if (account[0] !== 0x05 && !owner.equals(key)) return failed;
  if (subaccount !== null) {
    const problem = subaccountProblem(subaccount, { prefix: account[0] ?? 0, ed25519: owner }, neededRights);
    if (problem !== null) return failed;
  }
  return verifies(signature, signed, subaccount === null ? owner : memberKeyOf(subaccount)) ? null : failed;
}
