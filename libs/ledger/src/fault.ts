/** What may be said of an error: its class, its code, and where in our code it arose. Never its message or its fields. */
export interface Fault {
  readonly kind: string;
  readonly code: string | null;
  readonly at: string | null;
}

const KIND = /^[A-Z][A-Za-z0-9]{0,40}$/;
const CODE = /^[A-Za-z][A-Za-z0-9_/-]{0,40}$/;
const FRAME = /^\s+at .*?((?:apps|libs|tools)\/[a-z0-9./-]+\.[cm]?[jt]s:\d+):\d+\)?$/;

/**
 * Errors of libraries quote their input (JSON.parse), their arguments (ioredis), paths (http2) and bearers
 * (firebase-admin), so nothing of them is repeated but what matches the shapes above.
 */
export function describeFault(error: unknown): Fault {
  if (typeof error !== 'object' || error === null) return { kind: typeof error, code: null, at: null };
  const { name, code, stack } = error as { name?: unknown; code?: unknown; stack?: unknown };
  return {
    kind: typeof name === 'string' && KIND.test(name) ? name : 'Error',
    code: typeof code === 'string' && CODE.test(code) ? code : null,
    at: typeof stack === 'string' ? ownFrame(stack) : null,
  };
}

function ownFrame(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame !== null && !line.includes('node_modules')) return frame[1] ?? null;
  }
  return null;
}
