import { z } from 'zod';
import { errorAnswerSchema, messageSchema } from '../failure/failure-answer.ts';

/*
 * What clients are told, one item at a time. The types of our answers come from these schemas, and so does openapi.json.
 */

const success = z.literal(true);

export const subscribeAnswerSchema = z.union([
  z.object({ success, added: z.literal(true), message: messageSchema }),
  z.object({ success, updated: z.literal(true), message: messageSchema }),
  errorAnswerSchema,
]);

export const unsubscribeAnswerSchema = z.union([
  z.object({ success, removed: z.boolean().meta({ description: 'false: nothing was there' }), message: messageSchema }),
  errorAnswerSchema,
]);

/** One item's part of an answer, as clients read it. */
export type Answer = Readonly<z.infer<typeof subscribeAnswerSchema> | z.infer<typeof unsubscribeAnswerSchema>>;
