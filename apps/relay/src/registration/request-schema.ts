import { areNamespaces, MAX_NAMESPACES, parseBytes } from '@push/protocol';
import { z } from 'zod';

/** What is wrong with a value that has another type than it should; `null` counts as absent. */
const expected = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input == null ? 'is missing' : `must be ${what}`),
});

const text = z.string(expected('a string'));

/** Hexadecimal or base64, of exactly `length` bytes. */
const byteValue = (length: number) =>
  z.string(expected(`${length} bytes in hexadecimal or base64`)).transform((value, context) => {
    const bytes = parseBytes(value, length);
    if (bytes !== null) return bytes;
    context.addIssue({ code: 'custom', message: `must be ${length} bytes in hexadecimal or base64` });
    return z.NEVER;
  });

const registrationFields = {
  pubkey: byteValue(33),
  /** Read only beside a Session ID, so anything goes beside another account. */
  session_ed25519: text.nullish(),
  subaccount: byteValue(36).nullish(),
  subaccount_sig: byteValue(64).nullish(),
  sig_ts: z.int(expected('a whole number of seconds')),
  signature: byteValue(64),
  service: text,
  service_info: z.object(
    { token: text, polls: z.boolean(expected('true or false')).nullish() },
    expected('an object with the device token'),
  ),
};

/** The body of `POST /unsubscribe`, or one item of it. Fields that are not known are ignored. */
export const unsubscribeSchema = z.object(registrationFields, expected('an object'));
export type UnsubscribeFields = z.output<typeof unsubscribeSchema>;

/** The body of `POST /subscribe`, or one item of it. */
export const subscribeSchema = z.object(
  {
    ...registrationFields,
    namespaces: z
      .array(z.int(expected('whole numbers')), expected('a list'))
      .refine(areNamespaces, `must be 1 to ${MAX_NAMESPACES} numbers from -32768 to 32767, strictly ascending`),
    data: z.boolean(expected('true or false')),
    enc_key: byteValue(32),
  },
  expected('an object'),
);
