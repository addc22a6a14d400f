import type { EventTable } from '../event.ts';

/** Events of the dispatcher. */
export const DISPATCHER_EVENTS = {} as const satisfies EventTable;
