/** Most namespaces in one registration. Today's clients sign for at most five; a stored record has room for this many. */
export const MAX_NAMESPACES = 32;

/** Not empty, at most {@link MAX_NAMESPACES}, each an int16, strictly ascending. Storage nodes refuse any other list. */
export function areNamespaces(values: readonly number[]): boolean {
  if (values.length === 0 || values.length > MAX_NAMESPACES) return false;
  return values.every((value, i) => isInt16(value) && (i === 0 || (values[i - 1] ?? value) < value));
}

export function isInt16(value: number): boolean {
  return Number.isInteger(value) && value >= -32_768 && value <= 32_767;
}
