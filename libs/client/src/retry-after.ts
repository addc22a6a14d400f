/** Nothing an answer says stops a client for longer. */
const LONGEST_S = 86_400;
/** IMF-fixdate of RFC 9110; `Date.parse` alone would accept far more. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Whole seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3); `null` when there is none or it makes no sense. */
export function readRetryAfter(header: string | null | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), LONGEST_S);
  if (!HTTP_DATE.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.min(Math.max(Math.ceil((atMs - nowMs) / 1000), 0), LONGEST_S);
}
