/** Node's own code of what happened to a connection, such as ECONNREFUSED. */
export function systemCode(cause: unknown): string | null {
  const code = typeof cause === 'object' && cause !== null ? (cause as { readonly code?: unknown }).code : null;
  return typeof code === 'string' && /^[A-Z_]{3,60}$/.test(code) ? code : null;
}

/** Whether TLS was spoken to something that answered in another way; plain HTTP is the usual one. */
export function isOtherThanTls(cause: unknown): boolean {
  const code = systemCode(cause);
  return code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER';
}

/** Whether a connection that stood was cut: what was sent may have arrived. */
export function isCut(cause: unknown): boolean {
  const code = systemCode(cause);
  return code === 'ECONNRESET' || code === 'EPIPE';
}
