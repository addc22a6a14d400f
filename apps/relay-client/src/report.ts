import { RelayError, type Refused } from '@push/client';
import type { RouteSettings } from './arguments/read-arguments.ts';
import { explain } from './explanation.ts';
import { exitCodeOf, type FailureKind, FAILURES } from './failure.ts';
import { systemCode } from './network/system-code.ts';

/** Further members of the JSON object. Never a token or a seed. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** What a command came to. */
export type Report =
  | {
      readonly ok: true;
      /** For people, one sentence each. */
      readonly lines: readonly string[];
      readonly facts: Facts;
    }
  | Failed;

export interface Failed {
  readonly ok: false;
  readonly kind: FailureKind;
  /** For people, one thing on each line. */
  readonly message: string;
  readonly next: string;
  readonly facts: Facts;
}

export function failed(kind: FailureKind, message: string, facts: Facts = {}): Failed {
  return { ok: false, kind, message, next: FAILURES[kind].next, facts };
}

export interface About {
  readonly way: RouteSettings;
  readonly facts: Facts;
  /** What had been achieved until then, for people. */
  readonly before?: string;
  /** See {@link explain}. */
  readonly isShownKey?: boolean | null;
}

/** Rethrows what is no {@link RelayError}. */
export function failedWith(error: unknown, { way, facts, before = '', isShownKey = null }: About): Failed {
  if (!(error instanceof RelayError)) throw error;
  const { status, number, retryAfterS, cause } = error;
  const { kind, message, next } = explain(error, way, isShownKey);
  const system = systemCode(cause);
  return {
    ok: false,
    kind,
    message: before + message,
    next,
    facts: {
      ...facts,
      ...(status !== null && { status }),
      ...(number !== null && { number }),
      ...(retryAfterS !== null && { retryAfterS }),
      ...(system !== null && { cause: system }),
    },
  };
}

export function refusedWith({ code, number, message }: Refused, facts: Facts = {}, before = ''): Failed {
  const said = message === '' ? '' : `: ${message}`;
  return failed(code, `${before}the relay refused with error ${number}${said}`, { ...facts, number });
}

/** For people. */
export function asText(report: Report): string {
  if (report.ok) return report.lines.map((line) => `${line}\n`).join('');
  const { retryAfterS } = report.facts;
  const wish = typeof retryAfterS === 'number' ? `relay-client: it asks to come back in ${retryAfterS} s\n` : '';
  const lines = report.message.split('\n').map((line) => `relay-client: ${line}\n`);
  return `${lines.join('')}${wish}Next: ${report.next}.\n`;
}

/** One object on one line. */
export function asJson(command: string | null, report: Report): string {
  const head = { ok: report.ok, command, exitCode: exitCodeOf(report) };
  if (report.ok) return JSON.stringify({ ...head, ...report.facts });
  const { kind, message, next, facts } = report;
  return JSON.stringify({ ...head, error: kind, message, next, ...facts });
}
