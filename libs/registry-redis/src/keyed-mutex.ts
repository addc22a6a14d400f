/** Runs work one piece after the other for the same key, at once for different keys. */
export interface KeyedMutex {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** How many pieces of work there are for a key, the one that runs included. */
  count(key: string): number;
}

export function createKeyedMutex(): KeyedMutex {
  const tails = new Map<string, Promise<unknown>>();
  const counts = new Map<string, number>();
  const add = (key: string, change: number): void => {
    const count = (counts.get(key) ?? 0) + change;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  };
  return {
    run: async (key, work) => {
      const before = tails.get(key);
      const own = before === undefined ? work() : before.then(work, work);
      tails.set(key, own);
      add(key, 1);
      try {
        return await own;
      } finally {
        add(key, -1);
        if (tails.get(key) === own) tails.delete(key);
      }
    },
    count: (key) => counts.get(key) ?? 0,
  };
}
