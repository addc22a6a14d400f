import type { PushTransport } from '@push/dispatch';
import type { Clock } from '@push/ops';
import { createApnsTransport } from '@push/push-apns';
import { createFcmTransport } from '@push/push-fcm';
import type { ProviderConfig } from './config/provider-config.ts';

export interface TransportOptions {
  /** As many as wakeups of the service are in flight. */
  readonly maxConcurrent: number;
  readonly clock: Clock;
}

export function createTransport(config: ProviderConfig, { maxConcurrent, clock }: TransportOptions): PushTransport {
  switch (config.service) {
    case 'apns':
    case 'apns-sandbox':
      return createApnsTransport({ ...config, maxConcurrent });
    case 'firebase':
      return createFcmTransport({ ...config, maxConcurrent, clock });
  }
}
