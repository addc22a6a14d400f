import { MAX_BODY_BYTES } from '../exchange/limits.ts';
import { failureAnswer } from '../failure/failure-answer.ts';
import { jsonAnswer, type Route, type Routes } from '../exchange/route.ts';
import type { Endpoint, Registrar } from './registrar.ts';

/** What clients call to register and to leave. */
export function registrationRoutes(registrar: Registrar): Routes {
  const route = (endpoint: Endpoint): Route => ({
    method: 'POST',
    maxBodyBytes: MAX_BODY_BYTES,
    handle: async (body) => {
      const reply = await registrar.carryOut(endpoint, body);
      return reply.kind === 'failed' ? failureAnswer(reply.code) : jsonAnswer(reply.status, reply.body);
    },
  });
  return { '/subscribe': route('subscribe'), '/unsubscribe': route('unsubscribe') };
}
