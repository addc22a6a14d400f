import { setTimeout as wait } from 'node:timers/promises';
import type { Ledger } from '@push/ledger';

const PAUSE_MS = 1_000;

/** Starts a loop that ends only with `signal` again whenever a mistake of ours ended it. */
export async function keepRunning(loop: () => Promise<void>, signal: AbortSignal, ledger: Ledger): Promise<void> {
  while (!signal.aborted) {
    try {
      await loop();
    } catch (error) {
      ledger.fault(error);
    }
    await wait(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}
