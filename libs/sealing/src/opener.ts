import type { KeyObject } from 'node:crypto';
import type { Compartment } from './compartment.ts';
import { type EpochId, epochId, openEpoch, recipientKeyId } from './epoch.ts';
import type { KeyRing, LiveKeyRing } from './key-ring.ts';
import { epochIdOf, openRecord } from './sealed-record.ts';
import { type XWingSecretKey, xWingSecretKey } from './x-wing.ts';

/** Where epoch records are kept. Rejects when that cannot be asked now; null when there is none. */
export interface EpochSource {
  read(id: EpochId): Promise<Uint8Array | null>;
}

/**
 * `unknown-key`: sealed for a key that is not in the ring, so an old one or another deployment's. `missing-epoch`: its
 * epoch record is gone. `corrupt`: changed, moved to another name, or never a sealed record.
 */
export type UnopenedReason = 'unknown-key' | 'missing-epoch' | 'corrupt';

export type Opened =
  | { readonly ok: true; readonly plaintext: Uint8Array }
  | { readonly ok: false; readonly reason: UnopenedReason };

/** The watcher's or the dispatcher's half of a compartment. */
export interface Opener {
  /** Opens what is stored under exactly `keyName`. Rejects only with what the epoch source rejects with. */
  open(keyName: string, sealed: Uint8Array): Promise<Opened>;
}

export interface OpenerOptions {
  readonly compartment: Compartment;
  /** Secret seeds of the compartment, 32 bytes each. */
  readonly secrets: LiveKeyRing;
  readonly epochs: EpochSource;
  /** How many epoch keys to hold. Default 20,000: what thirty relays begin in 14 days. */
  readonly capacity?: number;
}

export function createOpener({ compartment, secrets, epochs, capacity = 20_000 }: OpenerOptions): Opener {
  /** Insertion order is order of use. An entry that is still being fetched is shared by all who wait for it. */
  const keys = new Map<EpochId, Promise<KeyObject | UnopenedReason>>();
  let ring: KeyRing | null = null;
  let byKeyId = new Map<string, XWingSecretKey>();

  const noticeNewRing = (): void => {
    if (ring === secrets.current) return;
    ring = secrets.current;
    byKeyId = new Map(
      ring.map(({ key }) => {
        const secret = xWingSecretKey(key);
        return [recipientKeyId(secret.publicKey).toString('hex'), secret];
      }),
    );
    // What was opened with a key that has since left the ring must not stay open.
    keys.clear();
  };

  const fetchKey = async (id: EpochId, idBytes: Uint8Array): Promise<KeyObject | UnopenedReason> => {
    const value = await epochs.read(id);
    if (value === null) return 'missing-epoch';
    return openEpoch(compartment, idBytes, value, (keyId) => byKeyId.get(keyId));
  };

  const keyOf = async (idBytes: Uint8Array): Promise<KeyObject | UnopenedReason> => {
    const id = epochId(idBytes);
    const pending = keys.get(id) ?? fetchKey(id, idBytes);
    keys.delete(id);
    keys.set(id, pending);
    if (keys.size > capacity) keys.delete(keys.keys().next().value as EpochId);
    try {
      const key = await pending;
      if (typeof key === 'string' && keys.get(id) === pending) keys.delete(id);
      return key;
    } catch (error) {
      if (keys.get(id) === pending) keys.delete(id);
      throw error;
    }
  };

  return {
    open: async (keyName, sealed) => {
      noticeNewRing();
      const idBytes = epochIdOf(sealed);
      if (idBytes === null) return { ok: false, reason: 'corrupt' };
      const key = await keyOf(idBytes);
      if (typeof key === 'string') return { ok: false, reason: key };
      const plaintext = openRecord(key, { compartment, keyName }, sealed);
      return plaintext === null ? { ok: false, reason: 'corrupt' } : { ok: true, plaintext };
    },
  };
}
