import { z } from 'zod';

/*
 * What clients are told, one item at a time. The types of our answers come from these schemas, and so does openapi.json.
 */

const success = z.literal(true);
const message = z.string().meta({ description: 'For developers; the words may change' });

const errorNumbers =
  '1 bad input, 2 service not offered here, 3 not stored for want of a backend, 4 refused, 5 a fault of the relay';

export const errorAnswerSchema = z.object({
  error: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])
    .meta({ description: errorNumbers }),
  message,
});
export type ErrorAnswer = Readonly<z.infer<typeof errorAnswerSchema>>;

export const subscribeAnswerSchema = z.union([
  z.object({ success, added: z.literal(true), message }),
  z.object({ success, updated: z.literal(true), message }),
  errorAnswerSchema,
]);

export const unsubscribeAnswerSchema = z.union([
  z.object({ success, removed: z.boolean().meta({ description: 'false: nothing was there' }), message }),
  errorAnswerSchema,
]);

/** One item's part of an answer, as clients read it. */
export type Answer = Readonly<z.infer<typeof subscribeAnswerSchema> | z.infer<typeof unsubscribeAnswerSchema>>;
