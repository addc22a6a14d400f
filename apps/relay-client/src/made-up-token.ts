import type { Service } from '@push/client';
import { createHash, randomBytes } from 'node:crypto';

/**
 * A token of the right form for every service, which no device has: 64 hex digits. For a seed it is always the same, so that
 * `unregister` finds what `register` made; without one it is random.
 */
export function madeUpToken(service: Service, seed: Uint8Array | null): string {
  if (seed === null) return randomBytes(32).toString('hex');
  return createHash('sha256').update(`relay-client: made-up token for ${service}: `).update(seed).digest('hex');
}
