import type { UnixSeconds } from '@push/protocol';

/** Which registration, and the stamp of the request that is carried out on it. */
export interface Undertaken {
  readonly leaseName: string;
  readonly stamp: UnixSeconds;
}

/** Runs the requests of one registration one after the other, those of different ones at once. */
export interface RegistrationQueue {
  /** Rejects with what {@link createRegistrationQueue} was given when others are preferred. */
  run<T>(what: Undertaken, work: () => Promise<T>): Promise<T>;
}

/** That wait for one registration. No client sends so many at once. */
const MOST_WAITING = 7;

interface Waiting {
  readonly stamp: UnixSeconds;
  start(): void;
  crowdOut(): void;
}

/**
 * Of too many requests for one registration those with the lowest stamps give way. The newest decides in the end anyway, and
 * whoever recorded requests, and sends them as often as he likes, can make none that is newer than the next renewal.
 */
export function createRegistrationQueue(crowdedOut: () => Error): RegistrationQueue {
  const queues = new Map<string, Waiting[]>();

  /** Resolves when it is this request's turn. */
  const enter = ({ leaseName, stamp }: Undertaken): Promise<void> => {
    const waiting = queues.get(leaseName);
    if (waiting === undefined) {
      queues.set(leaseName, []);
      return Promise.resolve();
    }
    return new Promise((start, reject) => {
      waiting.push({ stamp, start, crowdOut: () => reject(crowdedOut()) });
      if (waiting.length <= MOST_WAITING) return;
      const lowest = Math.min(...waiting.map((each) => each.stamp));
      // Of equals the last one: the others have waited longer.
      const at = waiting.findLastIndex((each) => each.stamp === lowest);
      waiting.splice(at, 1)[0]?.crowdOut();
    });
  };
  const leave = (leaseName: string): void => {
    const next = queues.get(leaseName)?.shift();
    if (next === undefined) queues.delete(leaseName);
    else next.start();
  };

  return {
    run: async (what, work) => {
      await enter(what);
      try {
        return await work();
      } finally {
        leave(what.leaseName);
      }
    },
  };
}
