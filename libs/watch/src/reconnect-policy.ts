const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 4_000;
/** About five minutes of failures. */
const PATIENT_AFTER = 80;
const PATIENT_DELAY_MS = 30_000;

/**
 * How long to wait before the next attempt to reach a node after `failures` (≥ 1) in a row; `random` is in [0, 1). A
 * node that restarts is tried again within four seconds of its coming back; one that stays away, about twice a minute.
 * Half of the delay is random, so that nodes lost together are not all tried together.
 */
export function reconnectDelayMs(failures: number, random: () => number): number {
  const longest =
    failures >= PATIENT_AFTER ? PATIENT_DELAY_MS : Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
  return longest * (0.5 + random() / 2);
}
