/** As long as a wakeup can wait at all: no answer of a provider stops anything for longer. */
const LONGEST_MS = 24 * 60 * 60 * 1000;
/** IMF-fixdate of RFC 9110, the only form a server may send; `Date.parse` alone would accept far more. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Milliseconds to wait by a `Retry-After` header (RFC 9110, 10.2.3): seconds or a date. `null` when there is none or it
 * makes no sense; 0 for a moment that has passed.
 */
export function readRetryAfter(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  if (!HTTP_DATE.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.min(Math.max(atMs - nowMs, 0), LONGEST_MS);
}
