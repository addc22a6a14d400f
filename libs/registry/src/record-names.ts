import type { DeviceId, WatchId } from '@push/protocol';
import type { OrderId } from './ids.ts';

/** The keys under which records are stored; a sealed record opens only under its own. */
export const recordName = {
  watch: (id: WatchId): string => `watch:${id}`,
  device: (id: DeviceId): string => `device:${id}`,
  order: (id: OrderId): string => `order:${id}`,
} as const;
