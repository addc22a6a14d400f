import { pino } from 'pino';
import { type EventTable, type FieldsOf, type Level } from './event.ts';
import { COMMON_EVENTS } from './events/common.ts';
import { DISPATCHER_EVENTS } from './events/dispatcher.ts';
import { REGISTRY_EVENTS } from './events/registry.ts';
import { RELAY_EVENTS } from './events/relay.ts';
import { WATCHER_EVENTS } from './events/watcher.ts';
import { fieldAccepts } from './field.ts';
import { describeFault } from './fault.ts';

/** Every line any process can log. A line that is not declared here does not compile. */
export const EVENTS = {
  ...COMMON_EVENTS,
  ...REGISTRY_EVENTS,
  ...RELAY_EVENTS,
  ...WATCHER_EVENTS,
  ...DISPATCHER_EVENTS,
};

type Events = typeof EVENTS;
export type EventName = keyof Events;
export type EventFields<N extends EventName> = FieldsOf<Events[N]>;

/** The only logger. One JSON object a line on `write`; fields that are undeclared or of another kind never get there. */
export interface Ledger {
  record<N extends EventName>(name: N, fields: EventFields<N>): void;
  /** Records `process.fault` with what may be said of `error`. */
  fault(error: unknown, options?: { readonly fatal?: boolean }): void;
}

export interface LedgerOptions {
  readonly process: string;
  readonly level: Level | 'silent';
  /** Receives whole lines, newline included. Default: standard output. */
  readonly write?: (line: string) => void;
}

export function createLedger({ process: name, level, write }: LedgerOptions): Ledger {
  const options = { level, base: { process: name }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'text' };
  const sink = write === undefined ? pino.destination({ fd: 1, sync: true }) : { write };
  const out = pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, sink);
  const record = (event: EventName, fields: { readonly [field: string]: unknown }): void => {
    const declared = (EVENTS as EventTable)[event];
    if (declared === undefined) return;
    const line: Record<string, unknown> = { event };
    for (const [field, kind] of Object.entries(declared.fields)) {
      line[field] = fieldAccepts(kind, fields[field]) ? fields[field] : null;
    }
    out[declared.level](line, declared.text);
  };
  return {
    record,
    fault: (error, { fatal = false } = {}) => record('process.fault', { ...describeFault(error), fatal }),
  };
}

export const silentLedger: Ledger = { record: () => {}, fault: () => {} };
