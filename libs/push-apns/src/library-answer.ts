import type { ResponseFailure, Responses, ResponseSent } from '@parse/node-apn';
import { type ApnsAnswer, NO_ANSWER } from './verdict.ts';

/** Apple's answer to one push, out of what node-apn makes of it. It keeps `Retry-After` to itself. */
export function readLibraryAnswer({ sent, failed }: Responses<ResponseSent, ResponseFailure>): ApnsAnswer {
  if (sent.length > 0) return { ...NO_ANSWER, status: 200 };
  const { status, response } = failed[0] ?? {};
  if (typeof status !== 'number') return NO_ANSWER;
  const { reason, timestamp } = (response ?? {}) as { readonly reason?: unknown; readonly timestamp?: unknown };
  return {
    status,
    reason: typeof reason === 'string' ? reason : reasonKeptBack(status),
    timestampMs: typeof timestamp === 'number' && Number.isFinite(timestamp) ? timestamp : null,
    retryAfterMs: null,
  };
}

/** For these two the library replaces the body by an error of its own, and for no other reason with that status. */
function reasonKeptBack(status: number): string | null {
  if (status === 403) return 'ExpiredProviderToken';
  return status === 500 ? 'InternalServerError' : null;
}
