import { InputError } from './input-error.ts';
import type { Signer } from './signer.ts';

/** One mailbox that is to wake the device. */
export interface Subscription {
  readonly signer: Signer;
  /** 1 to 32 of its compartments, strictly ascending int16. 0: messages to a person; 11: messages to a group. */
  readonly namespaces: readonly number[];
}

/** As many as a relay takes in one registration. */
const MAX_NAMESPACES = 32;

/** What storage nodes and relays accept as a list of namespaces. */
export function areNamespaces(values: readonly number[]): boolean {
  if (values.length === 0 || values.length > MAX_NAMESPACES) return false;
  return values.every((value, i) => isInt16(value) && (i === 0 || (values[i - 1] ?? value) < value));
}

export function checkNamespaces(values: readonly number[]): void {
  if (areNamespaces(values)) return;
  throw new InputError(
    'namespaces',
    `must be 1 to ${MAX_NAMESPACES} whole numbers from -32768 to 32767, strictly ascending`,
  );
}

function isInt16(value: number): boolean {
  return Number.isInteger(value) && value >= -32_768 && value <= 32_767;
}
