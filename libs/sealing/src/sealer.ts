import { randomInt } from 'node:crypto';
import { type Compartment, EPOCH_LENGTH_MS } from './compartment.ts';
import { createEpoch, type Epoch, type EpochId, type EpochRecord } from './epoch.ts';
import { type LiveKeyRing, type RingKey, writingKey } from './key-ring.ts';
import { sealRecord } from './sealed-record.ts';
import { xWingPublicKey } from './x-wing.ts';

export interface Sealed {
  readonly value: Uint8Array;
  /** Has to be stored before `value` is. */
  readonly epoch: EpochRecord;
}

/** The relay's half of a compartment: closes records it cannot open again once their epoch is over. */
export interface Sealer extends Disposable {
  /** Seals `plaintext` for storage under exactly `keyName`. Throws {@link UnusableRecipient}. */
  seal(keyName: string, plaintext: Uint8Array): Sealed;
  /** Leaves the running epoch; the next record is sealed in a new one. */
  startNewEpoch(): void;
  /** Forgets the key of an epoch that is over. The id of the epoch that still runs, or `null`. */
  tend(): EpochId | null;
}

export interface SealerOptions {
  readonly compartment: Compartment;
  /** Public keys of the compartment, 1216 bytes each. */
  readonly recipients: LiveKeyRing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Shift of the epoch boundaries. Default: random, so that the boundaries of two compartments tell nothing together. */
  readonly phaseMs?: number;
}

/** The newest key of the compartment's public ring is not an X-Wing public key. */
export class UnusableRecipient extends Error {
  override readonly name = 'UnusableRecipient';
  readonly code = 'unusable-recipient';

  constructor() {
    super('the public sealing key is not an X-Wing key');
  }
}

export function createSealer({ compartment, recipients, now, phaseMs }: SealerOptions): Sealer {
  const lengthMs = EPOCH_LENGTH_MS[compartment];
  const phase = phaseMs ?? randomInt(lengthMs);
  let running: { readonly epoch: Epoch; readonly slot: number; readonly recipient: RingKey } | null = null;

  const startNewEpoch = (): void => {
    running = null;
  };
  const slotAt = (nowMs: number): number => Math.floor((nowMs - phase) / lengthMs);
  const epochAt = (nowMs: number): Epoch => {
    const slot = slotAt(nowMs);
    const recipient = writingKey(recipients.current, nowMs);
    if (running?.slot === slot && Buffer.compare(running.recipient.key, recipient.key) === 0) return running.epoch;
    const key = xWingPublicKey(recipient.key);
    if (key === null) throw new UnusableRecipient();
    startNewEpoch();
    const epoch = createEpoch(compartment, key);
    running = { epoch, slot, recipient };
    return epoch;
  };

  return {
    seal: (keyName, plaintext) => {
      const epoch = epochAt(now());
      return { value: sealRecord(epoch.key, epoch.idBytes, { compartment, keyName }, plaintext), epoch: epoch.record };
    },
    startNewEpoch,
    tend: () => {
      if (running !== null && running.slot !== slotAt(now())) startNewEpoch();
      return running?.epoch.record.id ?? null;
    },
    [Symbol.dispose]: startNewEpoch,
  };
}
