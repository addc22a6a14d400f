import { createHmac } from 'node:crypto';
import type { Service } from '@push/protocol';

export interface WakeupIdentity {
  readonly service: Service;
  readonly jobId: string;
  readonly minute: number;
}

/**
 * The name a provider gets for a wakeup: a lowercase UUID, the same for every attempt and for every dispatcher that
 * holds `key` (32 bytes). Without the key it says nothing about job, moment or device, and looks like a random one
 * (version 4 of RFC 9562). The minute is part of it because job numbers start again when a queue is emptied.
 */
export function wakeupUuid(key: Uint8Array, { service, jobId, minute }: WakeupIdentity): string {
  const bytes = createHmac('sha256', key).update(`${service}\n${jobId}\n${minute}`).digest().subarray(0, 16);
  bytes[6] = 0x40 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
