import type { AccountKey, Notification } from '@push/protocol';

/** What a message asks for: a wakeup for all, one for devices whose app fetches by itself, or none. */
export type MessageUrgency = 'urgent' | 'quiet' | 'none';

/** One-to-one messages, group messages, and the notice that one was removed from a group. */
const RINGING_NAMESPACES: ReadonlySet<number> = new Set([0, 11, -11]);
/** Typing indicators live 20 s; a message that is gone before anybody could look is not worth a notice. Calls live 300 s. */
const LEAST_LIFETIME_MS = 60_000;
const GROUP_PREFIX = 0x03;
const GROUP_BLUR_MS = 5_000;

/**
 * Judged by the lifetime its sender gave the message, not by our clock: a clock that is wrong by minutes must not
 * silence calls.
 */
export function urgencyOf({ namespace, createdMs, expiresMs }: Notification): MessageUrgency {
  if (expiresMs - createdMs < LEAST_LIFETIME_MS) return 'none';
  return RINGING_NAMESPACES.has(namespace) ? 'urgent' : 'quiet';
}

/**
 * How long to hold back one device's wakeup. The members of a group all wake for the same message; an even spread over
 * five seconds, drawn for each device, blurs who belongs together. `random` is in [0, 1).
 */
export function wakeupDelayMs(account: AccountKey, random: () => number): number {
  return account.charCodeAt(0) === GROUP_PREFIX ? Math.floor(random() * GROUP_BLUR_MS) : 0;
}
