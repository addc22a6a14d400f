import { bdecode, bencode, BencodedDict } from '../wire/bencode.ts';
import type { Sealed } from '../wire/onion.ts';
import { cipherOf } from '../wire/onion-cipher.ts';

/** A sealed layer on its way between two nodes. */
export interface OnionHop {
  readonly sealed: Sealed;
  /** 1 for the node that the guard passes it on to. */
  readonly hopNo: number;
}

/** The one part of `sn.onion_request`. */
export const writeHop = ({ sealed, hopNo }: OnionHop): Buffer =>
  bencode({
    data: sealed.ciphertext,
    enc_type: sealed.cipher,
    ephemeral_key: sealed.ephemeralKey,
    hop_no: hopNo,
  });

/** Null for anything else than one part with a dict that says how the data was sealed. */
export function readHop(parts: readonly Buffer[]): OnionHop | null {
  const dict = parts.length === 1 ? decoded(parts[0]) : null;
  const ciphertext = dict?.get('data');
  const ephemeralKey = dict?.get('ephemeral_key');
  const encType = dict?.get('enc_type');
  const cipher = cipherOf(Buffer.isBuffer(encType) ? encType.toString('latin1') : encType);
  const hopNo = dict?.get('hop_no') ?? 1n;
  const isKey = Buffer.isBuffer(ephemeralKey) && ephemeralKey.length === 32;
  if (!Buffer.isBuffer(ciphertext) || !isKey || cipher === null || typeof hopNo !== 'bigint') return null;
  return { sealed: { ciphertext, ephemeralKey, cipher }, hopNo: Math.max(1, Number(hopNo)) };
}

function decoded(part: Buffer | undefined): BencodedDict | null {
  try {
    const value = bdecode(part ?? Buffer.alloc(0));
    return value instanceof BencodedDict ? value : null;
  } catch {
    return null;
  }
}
