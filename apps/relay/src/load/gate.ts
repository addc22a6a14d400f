import type { Ledger } from '@push/ledger';
import { tellRarely } from '@push/ops';

/** Bounds how many items are under way at once, so that overload is noticed before any work is done for it. */
export interface Gate {
  /** Whether another request may come in. The operator is told of those that may not. */
  admits(): boolean;
  /** Counts the items of an admitted request while `work` runs. It is taken whole, also where there is not room for all of it. */
  hold<T>(items: number, work: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
  /** Items. */
  readonly limit: number;
  readonly ledger: Ledger;
  readonly nowMs?: () => number;
}

const TELL_INTERVAL_MS = 60_000;

export function createGate({ limit, ledger, nowMs = () => performance.now() }: GateOptions): Gate {
  const rarely = tellRarely(TELL_INTERVAL_MS, nowMs);
  let underWay = 0;
  let turnedAway = 0;
  return {
    admits: () => {
      if (underWay < limit) return true;
      turnedAway += 1;
      rarely('overloaded', () => {
        ledger.record('relay.overloaded', { requests: turnedAway });
        turnedAway = 0;
      });
      return false;
    },
    hold: async (items, work) => {
      underWay += items;
      try {
        return await work();
      } finally {
        underWay -= items;
      }
    },
  };
}
