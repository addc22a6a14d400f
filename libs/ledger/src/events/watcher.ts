import type { EventTable } from '../event.ts';

/** Events of the watcher. */
export const WATCHER_EVENTS = {} as const satisfies EventTable;
