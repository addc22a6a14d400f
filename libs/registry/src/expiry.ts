import type { UnixMs, UnixSeconds } from '@push/protocol';

const DAY_MS = 86_400_000;
const HOUR_S = 3_600;

/** Storage nodes refuse a signature that is older, and nothing about a device is kept for longer. */
export const REGISTRATION_LIFETIME_MS = 14 * DAY_MS;

/**
 * When a record goes, in milliseconds since 1970: 14 days after the client signed (or after now, for a clock that is
 * ahead), back to the start of that UTC day and back by up to an hour more, as its own id says. Storage nodes know when
 * a client signed, to the second: an exact expiry would join the records of a registration with each other and with an
 * account. Only the last day of a signature is kept exact, because there the rounded time has passed already.
 */
export function recordExpiry(id: string, signedAt: UnixSeconds, now: UnixMs): UnixMs {
  const exact = Math.min(signedAt * 1_000, now) + REGISTRATION_LIFETIME_MS;
  const rounded = exact - (exact % DAY_MS) - offsetS(id) * 1_000;
  return (rounded > now ? rounded : exact) as UnixMs;
}

/** The id, as a number of 128 bits, modulo an hour in seconds. */
function offsetS(id: string): number {
  return Buffer.from(id, 'base64url').reduce((rest, byte) => (rest * 256 + byte) % HOUR_S, 0);
}

/** The UTC day on or after which a provider's "gone since" refers to this registration; days since 1970, rounded up. */
export function registrationDay(signedAt: UnixSeconds, now: UnixMs): number {
  return Math.ceil(Math.min(signedAt * 1_000, now) / DAY_MS);
}
