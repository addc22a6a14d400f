import type { PushTransport } from '@push/dispatch';
import type { Ledger } from '@push/ledger';
import type { Clock, Metrics, Readiness } from '@push/ops';
import type { Service } from '@push/protocol';
import type { DeviceSource } from '@push/registry';

/** What the workers of one process share. */
export interface DeliveryServices {
  readonly devices: DeviceSource;
  /** One for each service that has a worker. */
  readonly transports: ReadonlyMap<Service, PushTransport>;
  /** 32 bytes: what the names of wakeups are made with. */
  readonly uuidKey: () => Uint8Array;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** Nest's name for {@link DeliveryServices}. */
export const DELIVERY_SERVICES = Symbol('DeliveryServices');
