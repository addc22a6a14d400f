import { parseBytes } from '@push/protocol';
import { z } from 'zod';

/** What is wrong with a value that has another type than it should; `null` counts as absent. */
export const expected = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input == null ? 'is missing' : `must be ${what}`),
});

/** Hexadecimal or base64, of exactly `length` bytes; both spellings are in the pattern, so that a client can check by it. */
export const byteValue = (length: number, description: string) => {
  const what = `${length} bytes in hexadecimal or base64`;
  return z
    .string(expected(what))
    .regex(patternFor(length), `must be ${what}`)
    .meta({ description: `${description}: ${what}, padded or not` })
    .transform((value, context) => {
      const bytes = parseBytes(value, length);
      if (bytes !== null) return bytes;
      context.addIssue({ code: 'custom', message: `must be ${what}` });
      return z.NEVER;
    });
};

const DIGIT = '[A-Za-z0-9+/]';
/** Last digits whose bits beyond the last byte are zeros, by how many bytes the last group has. */
const LAST_GROUP = ['', `${DIGIT}[AQgw](==)?`, `${DIGIT}{2}[AEIMQUYcgkosw048]=?`] as const;

function patternFor(length: number): RegExp {
  const groups = `${DIGIT}{${Math.floor(length / 3) * 4}}`;
  return new RegExp(`^([0-9A-Fa-f]{${length * 2}}|${groups}${LAST_GROUP[length % 3] ?? ''})$`);
}
