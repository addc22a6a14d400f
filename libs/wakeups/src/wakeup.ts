import type { DeviceId, Service } from '@push/protocol';

export type Urgency = 'urgent' | 'quiet';

/** "Something arrived for this device." All that ever crosses from watcher to dispatcher. */
export interface Wakeup {
  readonly service: Service;
  readonly deviceId: DeviceId;
  readonly urgency: Urgency;
  /** Minutes since 1970 in which the wakeup became due. */
  readonly minute: number;
  /** How long the wakeup is held back before it may be sent, to blur who belongs to one group. 0 for most. */
  readonly delayMs: number;
}

/** The sending end of the queue. */
export interface WakeupQueue {
  /**
   * Queues the wakeup. One that waits for the same device and urgency absorbs it; one that is being sent is followed by
   * it. Resolves once it is safe in Redis; rejects with a coded error otherwise.
   */
  add(wakeup: Wakeup): Promise<void>;
}
