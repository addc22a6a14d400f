/** Who can open a record: the swarm watcher (`watch`) or the dispatcher (`device`). */
export type Compartment = 'watch' | 'device';

/** One byte, part of every sealed byte string's associated data. */
export const COMPARTMENT_CODE: { readonly [C in Compartment]: number } = { watch: 1, device: 2 };

/** How long one epoch key seals. A thief of one epoch key opens at most this much of one relay's registrations. */
export const EPOCH_LENGTH_MS: { readonly [C in Compartment]: number } = { watch: 30 * 60_000, device: 24 * 3_600_000 };

/** First byte of sealed records and epoch records. */
export const SEALING_VERSION = 1;
