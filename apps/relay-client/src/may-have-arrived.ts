import type { RelayError } from '@push/client';
import { OxendError } from './network/oxend.ts';
import { isCut } from './network/system-code.ts';

/** Whether a request that failed as a whole may have reached a relay, which then carried it out. */
export function mayHaveArrived(error: RelayError): boolean {
  const { code, status, cause } = error;
  if (error instanceof OxendError) return false;
  switch (code) {
    case 'timed-out':
      return true;
    case 'rejected':
    case 'overloaded':
      return false;
    case 'unreachable':
      return status !== null || isCut(cause);
    case 'path-failed':
      return status === null ? isCut(cause) : status !== 400;
    case 'unreadable':
      // With a status it is no relay that answered; without, an answer was changed on its way.
      return status === null;
  }
}
