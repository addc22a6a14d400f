/** Runs work one piece after the other for the same key, at once for different keys. */
export interface KeyedMutex {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createKeyedMutex(): KeyedMutex {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: async (key, work) => {
      const before = tails.get(key);
      const own = before === undefined ? work() : before.then(work, work);
      tails.set(key, own);
      try {
        return await own;
      } finally {
        if (tails.get(key) === own) tails.delete(key);
      }
    },
  };
}
