import type { Ledger } from '@push/ledger';
import { tellRarely } from '@push/ops';

const QUIET_MS = 60_000;

/**
 * Tells the operator that Redis answered a command with an error (no permission, out of memory, read-only replica), once
 * a minute for each kind. False for errors of another nature: connection failures report themselves.
 */
export function createRefusalReport(ledger: Ledger): (error: unknown) => boolean {
  const rarely = tellRarely(QUIET_MS, () => performance.now());
  return (error) => {
    const { name, message } = error as { name?: unknown; message?: unknown };
    if (name !== 'ReplyError' || typeof message !== 'string') return false;
    // The error's first word; the rest of the message may quote the command.
    const code = /^[A-Z]{2,20}\b/.exec(message)?.[0] ?? 'ERR';
    rarely(code, () => ledger.record('redis.refused', { code }));
    return true;
  };
}
