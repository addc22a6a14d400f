import type { EventTable } from '../event.ts';

/** Events of the relay. */
export const RELAY_EVENTS = {} as const satisfies EventTable;
