const LIMITS: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** The code of an error that says this machine or process has no file or memory left for a socket; of others, `null`. */
export function localLimitOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && LIMITS.has(code) ? code : null;
}
