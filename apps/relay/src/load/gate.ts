import type { Ledger } from '@push/ledger';
import { tellRarely } from '@push/ops';

/** Bounds what is under way at once, so that overload is noticed before any work is done for it. */
export interface Gate {
  /** Whether another request may come in, before its size is known. The operator is told of those that may not. */
  admits(): boolean;
  /** The same for one with so many items; a small request finds room where a long list does not. */
  admitsItems(items: number): boolean;
  /** Counts one item while the registry has it: what was found good, so that nobody keeps others out with nonsense. */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /** Counts a long list while it waits for its turns. */
  holdList<T>(items: number, work: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
  /** Items in the registry at once. */
  readonly limit: number;
  readonly ledger: Ledger;
  readonly nowMs?: () => number;
}

/** An account and a few groups. */
const SMALL_ITEMS = 8;
/** Kept for small requests, as a share of the limit. */
const RESERVE = 0.25;
const MAX_LISTS = 128;
const TELL_INTERVAL_MS = 60_000;

export function createGate({ limit, ledger, nowMs = () => performance.now() }: GateOptions): Gate {
  const rarely = tellRarely(TELL_INTERVAL_MS, nowMs);
  let underWay = 0;
  let lists = 0;
  let turnedAway = 0;
  const unlessFull = (hasRoom: boolean): boolean => {
    if (hasRoom) return true;
    turnedAway += 1;
    rarely('overloaded', () => {
      ledger.record('relay.overloaded', { requests: turnedAway });
      turnedAway = 0;
    });
    return false;
  };
  return {
    admits: () => unlessFull(underWay < limit * (1 + RESERVE)),
    admitsItems: (items) => unlessFull(items <= SMALL_ITEMS || (underWay < limit && lists < MAX_LISTS)),
    hold: async (work) => {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
      }
    },
    holdList: async (items, work) => {
      if (items <= SMALL_ITEMS) return work();
      lists += 1;
      try {
        return await work();
      } finally {
        lists -= 1;
      }
    },
  };
}
