import type { RefusalCode, RelayErrorCode } from '@push/client';

/** Everything a command can come to besides success. */
export type FailureKind = RelayErrorCode | RefusalCode | 'path-timed-out' | 'usage' | 'fault';

interface Failure {
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 70;
  /** What an operator should look at next, unless more is known: see `explain`. */
  readonly next: string;
}

const CLOCK =
  'right after `unregister`, try again a second later; else compare the clocks of this machine and the relay';
const LATER = 'try again later; if it stays so, look at the relay’s health and at its connection to Redis';
const CAPABLE = 'compare the versions of the relay and of this program';

export const FAILURES: { readonly [K in FailureKind]: Failure } = {
  'bad-input': { exitCode: 1, next: CAPABLE },
  'unknown-service': { exitCode: 1, next: 'choose a --service that this relay offers; `status` lists them' },
  refused: { exitCode: 1, next: CLOCK },
  unknown: { exitCode: 1, next: CAPABLE },
  rejected: { exitCode: 1, next: `check --relay, and what stands in front of the relay; ${CAPABLE}` },
  usage: { exitCode: 2, next: '`relay-client --help` says what there is' },
  unreachable: { exitCode: 3, next: 'check --relay, its name and certificate, the firewall, and that it runs' },
  'timed-out': { exitCode: 3, next: 'check that it runs and is not overloaded, or wait longer with --timeout-ms' },
  unreadable: { exitCode: 3, next: 'check that --relay is a relay’s URL' },
  overloaded: { exitCode: 4, next: LATER },
  unavailable: { exitCode: 4, next: LATER },
  internal: { exitCode: 4, next: LATER },
  'path-failed': {
    exitCode: 5,
    next: 'try again, over other nodes; if it stays so, check that storage nodes can be reached from here',
  },
  'path-timed-out': {
    exitCode: 5,
    next: 'try again, over other nodes; if it stays so, check that the relay runs and is not overloaded, or wait longer with --timeout-ms',
  },
  fault: { exitCode: 70, next: 'please report this' },
};

export function exitCodeOf(report: { readonly ok: true } | { readonly ok: false; readonly kind: FailureKind }): number {
  return report.ok ? 0 : FAILURES[report.kind].exitCode;
}
