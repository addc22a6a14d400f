const FIRST_CEILING_MS = 500;
const SECOND_CEILING_MS = 2_000;
const HIGHEST_CEILING_MS = 60_000;

export interface RetrySituation {
  /** How many attempts there were: 1 after the first. */
  readonly attempt: number;
  /** Not before this, as the provider asked; null when it said nothing. */
  readonly afterMs: number | null;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Milliseconds until the next attempt, at least 1. The first retry comes within half a second, since most failures are a
 * connection that was just lost; later ones anywhere below a ceiling that doubles from 2 s to a minute (exponential
 * back-off with full jitter), so that what an outage held back does not return as one wave. A provider's wish is
 * honoured in full and spread the same way.
 */
export function retryDelayMs({ attempt, afterMs, random }: RetrySituation): number {
  const ceiling =
    attempt <= 1 ? FIRST_CEILING_MS : Math.min(SECOND_CEILING_MS * 2 ** (attempt - 2), HIGHEST_CEILING_MS);
  return Math.max(afterMs ?? 0, 0) + 1 + Math.floor(random() * ceiling);
}
