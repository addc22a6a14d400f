import type { Service } from '@push/protocol';
import type { Wakeup, WakeupQueue } from './wakeup.ts';
import { deduplicationId, type QueuedWakeup } from './wakeup-job.ts';

/** A wakeup that somebody sends; until `finish` is called, one more of its kind waits behind it. */
export interface TakenWakeup {
  readonly wakeup: QueuedWakeup;
  finish(): Promise<void>;
}

/** Both ends of a queue within one process, with the rules of the real one. Keeps nothing. */
export interface MemoryWakeupQueue extends WakeupQueue {
  /** The oldest wakeup that is due, or null. */
  take(service: Service): TakenWakeup | null;
}

interface Lane {
  readonly waiting: Map<string, { readonly wakeup: Wakeup; readonly dueMs: number }>;
  readonly sending: Set<string>;
  readonly following: Map<string, Wakeup>;
}

export function createMemoryWakeupQueue(nowMs: () => number): MemoryWakeupQueue {
  const lanes = new Map<Service, Lane>();
  const laneOf = (service: Service): Lane => {
    const known = lanes.get(service);
    if (known !== undefined) return known;
    const lane: Lane = { waiting: new Map(), sending: new Set(), following: new Map() };
    lanes.set(service, lane);
    return lane;
  };
  const wait = (lane: Lane, id: string, wakeup: Wakeup): void => {
    lane.waiting.set(id, { wakeup, dueMs: nowMs() + wakeup.delayMs });
  };
  return {
    add: async (wakeup) => {
      const lane = laneOf(wakeup.service);
      const id = deduplicationId(wakeup);
      const waiting = lane.waiting.get(id);
      if (lane.sending.has(id)) lane.following.set(id, withNewest(wakeup, lane.following.get(id)));
      else if (waiting === undefined) wait(lane, id, wakeup);
      else lane.waiting.set(id, { ...waiting, wakeup: withNewest(waiting.wakeup, wakeup) });
    },
    take: (service) => {
      const lane = laneOf(service);
      const next = [...lane.waiting].find(([, { dueMs }]) => dueMs <= nowMs());
      if (next === undefined) return null;
      const [id, { wakeup }] = next;
      const { deviceId, urgency, minute } = wakeup;
      lane.waiting.delete(id);
      lane.sending.add(id);
      return {
        wakeup: { deviceId, urgency, minute },
        finish: async () => {
          if (!lane.sending.delete(id)) return;
          const follower = lane.following.get(id);
          lane.following.delete(id);
          if (follower !== undefined) wait(lane, id, follower);
        },
      };
    },
  };
}

function withNewest(wakeup: Wakeup, other: Wakeup | undefined): Wakeup {
  return { ...wakeup, minute: Math.max(wakeup.minute, other?.minute ?? 0) };
}
