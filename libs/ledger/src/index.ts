export type { EventDeclaration, Level } from './event.ts';
export { describeFault, type Fault } from './fault.ts';
export { createLedger, type EventFields, type EventName, EVENTS, type Ledger, silentLedger } from './ledger.ts';
