import type { Refusal } from '@push/protocol';

/** What a client is told about a refusal. */
export const REFUSAL_MESSAGES: { readonly [R in Refusal]: string } = {
  timestamp: 'sig_ts is too old or too far in the future',
  'key-mismatch': 'session_ed25519 is not the key of pubkey',
  'subaccount-rights': 'subaccount has no right to read',
  'subaccount-prefix': 'subaccount is for accounts of another kind',
  'subaccount-signature': 'subaccount_sig is not a signature of the account',
  signature: 'signature does not verify',
};
