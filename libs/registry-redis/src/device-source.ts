import { closeRedis, connectRedis } from '@push/redis';
import { decodeDeviceRecord, recordName, RegistryUnavailable } from '@push/registry';
import { createOpener } from '@push/sealing';
import { createEpochSource } from './epoch-source.ts';
import { createEventStream } from './event-stream.ts';
import type { DeviceSourceOptions, RedisDeviceSource } from './options.ts';
import { createRefusalReport } from './refusal-report.ts';

/** The dispatcher's side: how to reach a device, and that it cannot be reached any more. */
export function createDeviceSource(options: DeviceSourceOptions): RedisDeviceSource {
  const { settings, secrets, clock, ledger, onUp } = options;
  const connection = connectRedis({ settings, use: 'batch', ledger, ...(onUp === undefined ? {} : { onUp }) });
  const opener = createOpener({ compartment: 'device', secrets, epochs: createEpochSource(connection) });
  const dead = createEventStream({ connection, name: 'dead', field: 'd', now: () => clock.nowMs() });
  const reportRefusal = createRefusalReport(ledger);
  const unavailable = (error: unknown): never => {
    reportRefusal(error);
    throw new RegistryUnavailable('unreachable');
  };

  return {
    read: async (deviceId) => {
      const name = recordName.device(deviceId);
      const value = await connection.getBuffer(name).catch(unavailable);
      if (value === null) return { kind: 'gone' };
      const opened = await opener.open(name, value).catch(unavailable);
      if (!opened.ok) return { kind: 'unreadable', reason: opened.reason };
      const record = decodeDeviceRecord(opened.plaintext);
      return record === null ? { kind: 'unreadable', reason: 'corrupt' } : { kind: 'found', record };
    },
    forget: async (deviceId) => {
      // Told first: if the record went first and the telling failed, the next attempt would find nothing to tell of.
      await dead.append(deviceId).catch(unavailable);
      await connection.del(recordName.device(deviceId)).catch(unavailable);
    },
    [Symbol.asyncDispose]: async () => {
      dead[Symbol.dispose]();
      await closeRedis(connection);
    },
  };
}
