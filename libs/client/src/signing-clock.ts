/** The moments to sign requests with, in Unix seconds. */
export interface SigningClock {
  readonly forSubscribe: () => number;
  readonly forUnsubscribe: () => number;
}

/** Relays take signatures from a day ahead; an hour of it is for clocks that differ. */
const LONGEST_AHEAD_S = 23 * 3_600;

/**
 * A relay puts the requests of a registration in order by the seconds they were signed in, and within one second leaving wins.
 * So a registration made right after it was ended would be refused, and one that is older than what it follows would be without
 * effect. Therefore no request is signed earlier than the one before it, and a subscribe a second later than an unsubscribe
 * at least, if need be ahead of the clock. Of a clock that was set back by more than a relay takes, nothing is remembered.
 */
export function signingClock(nowMs: () => number): SigningClock {
  let latest = { atS: 0, isLeave: false };
  const take = (isLeave: boolean): number => {
    const nowS = Math.floor(nowMs() / 1000);
    const soonestS = latest.isLeave && !isLeave ? latest.atS + 1 : latest.atS;
    const atS = soonestS > nowS + LONGEST_AHEAD_S ? nowS : Math.max(nowS, soonestS);
    latest = { atS, isLeave };
    return atS;
  };
  return { forSubscribe: () => take(false), forUnsubscribe: () => take(true) };
}
