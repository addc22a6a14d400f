import { randomBytes } from 'node:crypto';
import { groupFromSeed, join } from '../../../test/stubs/client/group.ts';
import { accountFromSeed as stubAccount } from '../../../test/stubs/client/mailbox-key.ts';
import { vectors } from '../../../test/stubs/wire/vectors.ts';
import { accountFromSeed, type Device, type Signer } from '../src/index.ts';

/** Those of the vectors that come with a seed. */
export const people: readonly Signer[] = vectors('accounts').map(({ seed }) =>
  accountFromSeed(Buffer.from(seed, 'hex')),
);

export function person(index: number): Signer {
  const found = people[index];
  if (found === undefined) throw new Error(`the vectors have no person ${index}`);
  return found;
}

/** Different people, as many as wanted; only the first few have real keys. */
export function crowd(count: number): readonly Signer[] {
  return Array.from({ length: count }, (_, index) => ({
    account: `05${index.toString(16).padStart(64, '0')}`,
    sessionEd25519: 'ab'.repeat(32),
    sign: () => new Uint8Array(64).fill(index % 256),
  }));
}

/** A member of a group, as libsodium makes one: the seed of his key stays with the stub, which signs. */
export function groupMember(): Signer & { readonly groupId: string } {
  const member = join(groupFromSeed(randomBytes(32)), stubAccount(randomBytes(32)));
  if (member.subaccount === null) throw new Error('a member has a subaccount');
  return {
    groupId: member.groupId,
    account: member.groupId,
    subaccount: {
      tag: member.subaccount.tag.toString('hex'),
      signature: member.subaccount.signature.toString('hex'),
    },
    sign: (bytes) => member.sign(Buffer.from(bytes).toString()),
  };
}

export const phone: Device = { service: 'firebase', token: 'cQ8aFhX3Tn6:APA91bH_made-up_token_of_a_phone' };
