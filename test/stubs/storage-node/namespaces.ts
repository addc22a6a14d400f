/** Anybody may leave mail here: one-to-one messages (0) and every other multiple of 10. */
export const isPublicInbox = (namespace: number): boolean => namespace % 10 === 0;

/** The old closed groups (-10) and public outboxes, −(20n+1), may be read by anybody. */
export const isPubliclyReadable = (namespace: number): boolean =>
  namespace === -10 || (namespace < 0 && -namespace % 20 === 1);

export const isNamespace = (value: number): boolean => Number.isInteger(value) && value >= -32_768 && value <= 32_767;
