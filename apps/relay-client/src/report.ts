import { RelayError, type Refused } from '@push/client';
import { exitCodeOf, type FailureKind, FAILURES } from './failure.ts';

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
  | { readonly ok: false; readonly kind: FailureKind; readonly message: string; readonly facts: Facts };

export function failed(kind: FailureKind, message: string, facts: Facts = {}): Report {
  return { ok: false, kind, message, facts };
}

/** `before`: what had been achieved until then, for people. Rethrows what is no {@link RelayError}. */
export function failedWith(error: unknown, facts: Facts = {}, before = ''): Report {
  if (!(error instanceof RelayError)) throw error;
  const { code, message, status, number, retryAfterS, cause } = error;
  const system = systemCode(cause);
  return failed(code, before + message + (system === null ? '' : ` (${system})`), {
    ...facts,
    ...(status !== null && { status }),
    ...(number !== null && { number }),
    ...(retryAfterS !== null && { retryAfterS }),
    ...(system !== null && { cause: system }),
  });
}

export function refusedWith({ code, number, message }: Refused, facts: Facts = {}, before = ''): Report {
  const said = message === '' ? '' : `: ${message}`;
  return failed(code, `${before}the relay refused with error ${number}${said}`, { ...facts, number });
}

/** For people. */
export function asText(report: Report): string {
  if (report.ok) return report.lines.map((line) => `${line}\n`).join('');
  const { retryAfterS } = report.facts;
  const wish = typeof retryAfterS === 'number' ? `relay-client: it asks to come back in ${retryAfterS} s\n` : '';
  const lines = report.message.split('\n').map((line) => `relay-client: ${line}\n`);
  return `${lines.join('')}${wish}Next: ${FAILURES[report.kind].next}.\n`;
}

/** One object on one line. */
export function asJson(command: string | null, report: Report): string {
  const head = { ok: report.ok, command, exitCode: exitCodeOf(report) };
  if (report.ok) return JSON.stringify({ ...head, ...report.facts });
  const { kind, message, facts } = report;
  return JSON.stringify({ ...head, error: kind, message, next: FAILURES[kind].next, ...facts });
}

/** Node's own code of what happened to a connection, such as ECONNREFUSED. */
function systemCode(cause: unknown): string | null {
  const code = typeof cause === 'object' && cause !== null ? (cause as { readonly code?: unknown }).code : null;
  return typeof code === 'string' && /^[A-Z_]{3,60}$/.test(code) ? code : null;
}
