import type { Ledger } from '@push/ledger';
import type { Clock, Metrics, Readiness } from '@push/ops';
import type { WatchSource } from '@push/registry';
import type { LinkFactory, SwarmCoverage, SwarmDirectory } from '@push/watch';

/** Nest's name for {@link WatcherServices}. */
export const WATCHER_SERVICES = Symbol('WatcherServices');

/** Nest's name for the queue of wakeups, a `BullmqWakeupQueue`. */
export const WAKEUP_QUEUE = Symbol('WakeupQueue');

/** What every part of the watcher works with. */
export interface WatcherServices {
  readonly coverage: SwarmCoverage;
  readonly source: WatchSource;
  readonly directory: SwarmDirectory;
  readonly links: LinkFactory;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}
