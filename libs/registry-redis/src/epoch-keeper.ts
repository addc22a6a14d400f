import type { Clock } from '@push/ops';
import type { RedisConnection } from '@push/redis';
import {
  type Compartment,
  createSealer,
  epochExpiryS,
  type EpochId,
  type EpochRecord,
  type LiveKeyRing,
} from '@push/sealing';

export interface EpochKeeper extends Disposable {
  /** Seals for storage under `keyName`. */
  seal(compartment: Compartment, keyName: string, plaintext: Uint8Array): SealedForStorage;
  /** Forgets epochs that are over and stores the running ones again; runs by itself every minute. */
  tend(): Promise<void>;
  /** Another server may have lost what was stored: stores the running epochs once more and begins new ones. */
  startNewEpochs(): Promise<void>;
}

export interface SealedForStorage {
  readonly value: Uint8Array;
  /** Resolves once the epoch it was sealed in is stored; only then may `value` be. */
  epochStored(): Promise<void>;
}

export interface EpochKeeperOptions {
  readonly connection: RedisConnection;
  readonly clock: Clock;
  /** The public sealing keys. */
  readonly recipients: { readonly [C in Compartment]: LiveKeyRing };
}

const TENDING_MS = 60_000;
const COMPARTMENTS = ['watch', 'device'] as const;

export function createEpochKeeper({ connection, clock, recipients }: EpochKeeperOptions): EpochKeeper {
  const now = (): number => clock.nowMs();
  const sealers = {
    watch: createSealer({ compartment: 'watch', recipients: recipients.watch, now }),
    device: createSealer({ compartment: 'device', recipients: recipients.device, now }),
  };
  const inUse: { [C in Compartment]: EpochRecord | null } = { watch: null, device: null };
  /** Every epoch in use, from the moment its record was sent; one that failed is not here, so that it is sent again. */
  const stored = new Map<EpochId, Promise<void>>();

  const store = async ({ keyName, value }: EpochRecord): Promise<void> => {
    await connection.set(keyName, Buffer.from(value), 'EXAT', epochExpiryS(now()));
  };
  const forgetStored = (): void => stored.clear();
  connection.on('close', forgetStored);

  const ensureStored = (compartment: Compartment, epoch: EpochRecord): Promise<void> => {
    const sent = stored.get(epoch.id);
    if (sent !== undefined) return sent;
    const before = inUse[compartment];
    if (before !== null && before.id !== epoch.id) stored.delete(before.id);
    inUse[compartment] = epoch;
    const sending = store(epoch).catch((error: unknown) => {
      if (stored.get(epoch.id) === sending) stored.delete(epoch.id);
      throw error;
    });
    stored.set(epoch.id, sending);
    return sending;
  };

  const forgetEnded = (): void => {
    for (const compartment of COMPARTMENTS) {
      const epoch = inUse[compartment];
      if (epoch === null || sealers[compartment].tend() === epoch.id) continue;
      inUse[compartment] = null;
      stored.delete(epoch.id);
    }
  };
  const reassert = async (): Promise<void> => {
    const running = COMPARTMENTS.map((compartment) => inUse[compartment]).filter((epoch) => epoch !== null);
    await Promise.all(running.map(store));
  };
  const tend = (): Promise<void> => {
    forgetEnded();
    return reassert();
  };
  const timer = setInterval(() => void tend().catch(forgetStored), TENDING_MS).unref();

  return {
    seal: (compartment, keyName, plaintext) => {
      const { value, epoch } = sealers[compartment].seal(keyName, plaintext);
      return { value, epochStored: () => ensureStored(compartment, epoch) };
    },
    tend,
    startNewEpochs: async () => {
      for (const compartment of COMPARTMENTS) sealers[compartment].startNewEpoch();
      await reassert().catch(forgetStored);
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const compartment of COMPARTMENTS) sealers[compartment][Symbol.dispose]();
    },
  };
}
