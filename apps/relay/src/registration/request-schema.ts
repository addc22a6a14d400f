import { areNamespaces, MAX_NAMESPACES } from '@push/protocol';
import { z } from 'zod';
import { byteValue, expected } from './byte-value.ts';

/*
 * What clients send. These schemas validate every request, and openapi.json is made of them: descriptions are for the
 * developers of apps.
 */

const registrationFields = {
  pubkey: byteValue(33, 'Account, beginning with 05 (Session ID) or another prefix (03: group)'),
  /** Read only beside a Session ID, so anything goes beside another account. */
  session_ed25519: z.string(expected('a string')).nullish().meta({
    description:
      'Ed25519 key that pubkey is the X25519 form of: 32 bytes in hexadecimal or base64. Required when pubkey begins with 05, else ignored',
  }),
  subaccount: byteValue(36, 'Tag of a delegated key; belongs together with subaccount_sig').nullish(),
  subaccount_sig: byteValue(64, "The account owner's signature of the tag").nullish(),
  sig_ts: z.int(expected('a whole number of seconds')).meta({ description: 'When it was signed, in Unix seconds' }),
  signature: byteValue(64, 'Ed25519 signature'),
  service: z
    .string(expected('a string'))
    .meta({ description: 'Push service; one that is not offered here gets error 2' }),
  service_info: z.object(
    {
      token: z
        .string(expected('a string'))
        .meta({ description: 'Device token. APNs: 64 hexadecimal digits. FCM and HMS: 1 to 999 bytes' }),
      polls: z.boolean(expected('true or false')).nullish().meta({
        description: 'Whether the app fetches by itself on a wakeup; it is then woken for quiet changes, too',
      }),
    },
    expected('an object with the device token'),
  ),
};

/** The body of `POST /unsubscribe`, or one item of it. Fields that are not known are ignored. */
export const unsubscribeSchema = z
  .object(registrationFields, expected('an object'))
  .meta({ description: 'Signed: "UNSUBSCRIBE", pubkey in lower-case hexadecimal, sig_ts' });
export type UnsubscribeFields = z.output<typeof unsubscribeSchema>;

const NAMESPACES = `must be 1 to ${MAX_NAMESPACES} numbers from -32768 to 32767, strictly ascending`;

/** The body of `POST /subscribe`, or one item of it. */
export const subscribeSchema = z
  .object(
    {
      ...registrationFields,
      namespaces: z
        .array(z.int(expected('whole numbers')).min(-32_768, NAMESPACES).max(32_767, NAMESPACES), expected('a list'))
        .min(1, NAMESPACES)
        .max(MAX_NAMESPACES, NAMESPACES)
        .refine(areNamespaces, NAMESPACES)
        .meta({ description: 'Namespaces to be woken for, strictly ascending', uniqueItems: true }),
      data: z
        .boolean(expected('true or false'))
        .meta({ description: 'Whether storage nodes attach messages to what they tell the relay, which drops them' }),
      enc_key: byteValue(32, 'Checked and thrown away'),
    },
    expected('an object'),
  )
  .meta({
    description:
      'Signed: "MONITOR", pubkey in lower-case hexadecimal, sig_ts, "1" or "0" for data, namespaces joined by commas',
  });
