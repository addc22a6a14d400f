import type { Metrics } from '@push/ops';
import type { RequestFailureCode } from '../registration/failure.ts';
import { failureAnswer } from './failure-answer.ts';
import type { Inbound, Outbound, Route, Routes } from './route.ts';

/** Answers requests by their path, whether they came over HTTP or inside an onion request. Never rejects. */
export interface FrontDoor {
  answer(request: Inbound): Promise<Outbound>;
}

export function createFrontDoor(routes: Routes, metrics: Metrics): FrontDoor {
  const byPath: ReadonlyMap<string, Route> = new Map(Object.entries(routes));
  const refuse = (code: RequestFailureCode, headers: Outbound['headers'] = {}): Outbound => {
    metrics.count('push_relay_unusable_requests_total', { reason: code });
    const answer = failureAnswer(code);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  };
  return {
    answer: async ({ method, url, body }) => {
      const route = byPath.get(url.split('?', 1)[0] ?? '');
      if (route === undefined) return refuse('not-found');
      if (route.method !== method) return refuse('wrong-method', { allow: route.method });
      return body.length > route.maxBodyBytes ? refuse('too-large') : route.handle(body);
    },
  };
}
