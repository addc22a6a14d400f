import type { DeviceId } from '@push/protocol';
import type { Urgency, Wakeup } from './wakeup.ts';

/** A wakeup as it lies in the queue: device, minute, urgency, and nothing that could tell more. */
export interface WakeupJob {
  readonly d: DeviceId;
  readonly m: number;
  readonly u: 'u' | 'q';
}

/** What the receiving end reads out of a {@link WakeupJob}; the service is that of the queue. */
export type QueuedWakeup = Pick<Wakeup, 'deviceId' | 'urgency' | 'minute'>;

const LETTERS: { readonly [U in Urgency]: WakeupJob['u'] } = { urgent: 'u', quiet: 'q' };
const DEVICE_ID = /^[A-Za-z0-9_-]{22}$/;
/** About the year 2160: beyond it the number is not a minute since 1970. */
const LAST_MINUTE = 100_000_000;

export function toJob({ deviceId, minute, urgency }: QueuedWakeup): WakeupJob {
  return { d: deviceId, m: minute, u: LETTERS[urgency] };
}

/** Exactly the three fields of {@link WakeupJob}, or null. */
export function parseJob(data: unknown): QueuedWakeup | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  const { d, m, u, ...rest } = data as { readonly [field: string]: unknown };
  if (Object.keys(rest).length > 0) return null;
  if (typeof d !== 'string' || !DEVICE_ID.test(d)) return null;
  if (typeof m !== 'number' || !Number.isSafeInteger(m) || m < 0 || m > LAST_MINUTE) return null;
  if (u !== 'u' && u !== 'q') return null;
  return { deviceId: d as DeviceId, minute: m, urgency: u === 'u' ? 'urgent' : 'quiet' };
}

/** Wakeups of the same queue with the same one become one. */
export function deduplicationId({ deviceId, urgency }: QueuedWakeup): string {
  return LETTERS[urgency] + deviceId;
}
