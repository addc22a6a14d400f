import type { DeviceId, Service } from '@push/protocol';

export type Urgency = 'urgent' | 'quiet';

/** "Something arrived for this device." All that ever crosses from watcher to dispatcher. */
export interface Wakeup {
  readonly service: Service;
  readonly deviceId: DeviceId;
  readonly urgency: Urgency;
  /** Minutes since 1970 in which the wakeup became due; of one that absorbed others, the newest. */
  readonly minute: number;
  /** How long the wakeup is held back before it may be sent, to blur who belongs to one group. 0 for most. */
  readonly delayMs: number;
}

/** The sending end of the queue. */
export interface WakeupQueue {
  /**
   * Queues the wakeup. One that waits for the same device and urgency absorbs it and takes over its minute if that is
   * newer; one that is being sent is followed by one with the newest minute that came meanwhile. Resolves once it is safe in Redis; rejects with {@link WakeupQueueUnavailable} otherwise. It is safe to repeat.
   */
  add(wakeup: Wakeup): Promise<void>;
}

/** `unreachable`: Redis did not confirm in time. `no-queue`: this process has no queue for the service. */
export class WakeupQueueUnavailable extends Error {
  override readonly name = 'WakeupQueueUnavailable';
  readonly code: 'unreachable' | 'no-queue';

  constructor(code: 'unreachable' | 'no-queue') {
    super('the wakeup queue did not confirm the wakeup');
    this.code = code;
  }
}

/** How long a wakeup may wait to be accepted by the provider, counted from its minute. */
export const WAKEUP_LIFETIME_MS = 86_400_000;

/** Whether it is too late, at `nowMs`, to send a wakeup that became due in `minute`. */
export function isExpired(minute: number, nowMs: number): boolean {
  return nowMs >= minute * 60_000 + WAKEUP_LIFETIME_MS;
}
