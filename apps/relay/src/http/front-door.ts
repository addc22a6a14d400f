import type { Metrics } from '@push/ops';
import type { Inbound, Outbound, Route, Routes } from '../exchange/route.ts';
import { failureAnswer } from '../failure/failure-answer.ts';
import type { RequestFailureCode } from '../failure/failures.ts';

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
      const path = pathOf(url);
      if (path === null) return refuse('not-http');
      const route = byPath.get(path);
      if (route === undefined) return refuse('not-found');
      if (route.method !== method) return refuse('wrong-method', { allow: route.method });
      return body.length > route.maxBodyBytes ? refuse('too-large') : route.handle(body);
    },
  };
}

/** RFC 9112, section 3.2.2: a request may name the whole URL. */
const ORIGIN = /^https?:\/\/[^/?#]*/i;

/** Without origin and query, as it is written; `null` where it is not written as a path can be. */
function pathOf(url: string): string | null {
  const path = url.replace(ORIGIN, '').split('?', 1)[0] ?? '';
  try {
    decodeURI(path);
    return path;
  } catch {
    return null;
  }
}
