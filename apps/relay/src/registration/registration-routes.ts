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
      if (reply.kind === 'failed') return failureAnswer(reply.code);
      const outcomes = Array.isArray(reply.body) ? reply.body.length : 1;
      return { ...jsonAnswer(reply.status, reply.body), outcomes };
    },
  });
  return { '/subscribe': route('subscribe'), '/unsubscribe': route('unsubscribe') };
}
