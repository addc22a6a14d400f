import type { EventName, Ledger } from '@push/ledger';

/** A ledger that keeps what it is told. */
export interface RecordingLedger extends Ledger {
  readonly lines: { readonly event: EventName; readonly fields: object }[];
  readonly faults: unknown[];
  events(name: EventName): object[];
}

export function recordingLedger(): RecordingLedger {
  const lines: RecordingLedger['lines'] = [];
  const faults: unknown[] = [];
  return {
    lines,
    faults,
    events: (name) => lines.filter(({ event }) => event === name).map(({ fields }) => fields),
    record: (event, fields) => void lines.push({ event, fields }),
    fault: (error) => void faults.push(error),
  };
}
