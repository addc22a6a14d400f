import { createMetrics, Readiness } from '@push/ops';
import { SwarmCoverage } from '@push/watch';
import type { WatcherServices } from '../src/watcher-services.ts';
import { type RecordingLedger, recordingLedger } from './recording-ledger.ts';

export interface TestServices extends WatcherServices {
  readonly ledger: RecordingLedger;
  readonly clock: { nowMs(): number; time: number };
}

const absent = (name: string): never =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error(`this test has no ${name}`);
      },
    },
  ) as never;

/** Services for one part alone; what the test does not give is not there. */
export function testServices(given: Partial<WatcherServices> = {}): TestServices {
  return {
    coverage: new SwarmCoverage(() => 0.5),
    source: absent('registry'),
    directory: absent('directory'),
    links: absent('links'),
    metrics: createMetrics(),
    readiness: new Readiness(['redis', 'directory', 'registry', 'coverage']),
    ...given,
    ledger: recordingLedger(),
    clock: {
      time: 1_763_769_600_000,
      nowMs() {
        return this.time;
      },
    },
  };
}
