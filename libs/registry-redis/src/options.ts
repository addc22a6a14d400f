import type { Ledger } from '@push/ledger';
import type { Clock, Metrics } from '@push/ops';
import type { RedisSettings } from '@push/redis';
import type { DeviceSource, RegistryWriter, WatchSource } from '@push/registry';
import type { LiveKeyRing } from '@push/sealing';

interface CommonOptions {
  readonly settings: RedisSettings;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Told whenever Redis becomes usable or stops being so; for a writer, usable means that it takes writes. */
  readonly onUp?: (isUp: boolean) => void;
}

export interface RegistryWriterOptions extends CommonOptions {
  readonly clock: Clock;
  /** `index`: secret, 32 bytes a key. `watch` and `device`: the public sealing keys. */
  readonly rings: { readonly index: LiveKeyRing; readonly watch: LiveKeyRing; readonly device: LiveKeyRing };
}

export interface WatchSourceOptions extends CommonOptions {
  /** The watch compartment's secret seeds. */
  readonly secrets: LiveKeyRing;
}

export interface DeviceSourceOptions extends CommonOptions {
  readonly clock: Clock;
  /** The device compartment's secret seeds. */
  readonly secrets: LiveKeyRing;
}

export type RedisRegistryWriter = RegistryWriter & AsyncDisposable;
export type RedisWatchSource = WatchSource & AsyncDisposable;
export type RedisDeviceSource = DeviceSource & AsyncDisposable;
