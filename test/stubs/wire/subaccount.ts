import { verifies } from './sodium.ts';

/** Rights in the second byte of a subaccount tag. */
export const SubaccountRight = { read: 1, write: 2, delete: 4, anyPrefix: 8 } as const;

export interface Subaccount {
  /** 36 bytes: prefix, rights, 0, 0, Ed25519 key of the member. */
  readonly tag: Buffer;
  /** The owner's signature over the tag. */
  readonly signature: Buffer;
}

export function subaccountTag(prefix: number, rights: number, memberKey: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(prefix, rights, 0, 0), memberKey]);
}

export const memberKeyOf = ({ tag }: Subaccount): Buffer => tag.subarray(4);

/** Why a subaccount may not act for an account, or null when it may. */
export function subaccountProblem(
  subaccount: Subaccount,
  owner: { readonly prefix: number; readonly ed25519: Uint8Array },
  neededRights: number,
): string | null {
  const [prefix = 0, rights = 0] = subaccount.tag;
  const fits = prefix === owner.prefix || (rights & SubaccountRight.anyPrefix) !== 0;
  if (!fits) return 'subaccount of another kind of account';
  if ((rights & neededRights) !== neededRights) return 'subaccount lacks the right';
  if (!verifies(subaccount.signature, subaccount.tag, owner.ed25519)) return 'subaccount not signed by the account';
  return null;
}
