import { parseRelayUrl, type RelayError } from '@push/client';
import type { OnionSettings, RouteSettings } from './arguments/read-arguments.ts';
import { type FailureKind, FAILURES } from './failure.ts';
import { OxendError } from './network/oxend.ts';
import { isOtherThanTls, systemCode } from './network/system-code.ts';

/** What a failed request means to whoever runs the relay. */
export interface Explanation {
  readonly kind: FailureKind;
  /** Lines without a full stop, the most likely cause first. */
  readonly message: string;
  /** What to look at next. */
  readonly next: string;
}

/**
 * Explains a failure by the way that the request took. The library cannot: it knows neither which options were given nor that
 * `npm run keys:show` is at hand.
 *
 * @param isShownKey whether the relay shows the key of --onion as its own; `null`: unknown
 */
export function explain(error: RelayError, way: RouteSettings, isShownKey: boolean | null = null): Explanation {
  const system = systemCode(error.cause);
  const message = error.message + (system === null ? '' : ` (${system})`);
  const usual = { kind: error.code, message, next: FAILURES[error.code].next };
  const { onion, relayUrl } = way;
  if (onion === null) return { ...usual, ...ofRelay(error, relayUrl) };
  return { ...usual, ...(error instanceof OxendError ? ofOxend(error) : ofPath(error, way, onion, isShownKey)) };
}

/** What the relay answers to an onion request that none of its keys opens; nodes say it of their own layers, too. */
export function isUnopened(error: RelayError): boolean {
  return !(error instanceof OxendError) && error.code === 'path-failed' && error.status === 400;
}

type Particular = Partial<Explanation>;
const AGAIN = 'try again, over other nodes';

function ofRelay({ code, cause }: RelayError, relayUrl: string): Particular {
  const origin = parseRelayUrl(relayUrl);
  if (code !== 'unreachable' || origin === null || !isOtherThanTls(cause)) return {};
  const plain = `http://${origin.host}:${origin.port}`;
  return { next: `it may speak plain http: try --relay ${plain} instead; else ${FAILURES.unreachable.next}` };
}

function ofOxend({ code, cause }: RelayError): Particular {
  // Its URL is not repeated: there may be a password in it.
  if (isOtherThanTls(cause)) return { next: 'check --oxend; it may speak plain http: try it with http instead' };
  if (code === 'timed-out') return { next: 'check --oxend, or wait longer with --timeout-ms' };
  if (code === 'unreachable') return { next: 'check --oxend, and that it runs and can be reached from here' };
  return { next: 'check --oxend: it must be the JSON-RPC of an oxend that is in step with its network' };
}

function ofPath(
  error: RelayError,
  { relayUrl }: RouteSettings,
  { nodeScheme }: OnionSettings,
  isShownKey: boolean | null,
): Particular {
  const { code, status, cause, message } = error;
  if (code === 'timed-out') {
    const kind = 'path-timed-out';
    return { kind, message: `${message}: the relay or a node may hang`, next: FAILURES[kind].next };
  }
  if (code === 'unreadable') return { next: `check that --relay is a relay’s URL; if it is, ${AGAIN}` };
  if (code !== 'path-failed') return {};
  if (isUnopened(error)) return unopened(isShownKey);
  if (status === 502 || status === 504) {
    const otherwise =
      status === 502
        ? 'or a node could not reach the next'
        : 'or had no answer in time from it, or a node from the next';
    return {
      message: `the last node could not reach the relay at ${relayUrl}, ${otherwise} (status ${status})`,
      next: `check that the relay runs, and that its URL, https or http, and its certificate work from the internet; ${AGAIN}`,
    };
  }
  if (status !== null) {
    return { next: `${AGAIN}; if it stays so, check that what stands in front of the relay passes /oxen/v4/lsrpc` };
  }
  if (nodeScheme === 'https' && isOtherThanTls(cause)) {
    return { next: `it may speak plain http: try --node-scheme http; else ${AGAIN}` };
  }
  return {};
}

function unopened(isShownKey: boolean | null): Particular {
  const probably = 'the relay could not open it: --onion is probably not this relay’s key (status 400)';
  switch (isShownKey) {
    case null:
      return {
        message: probably,
        next: `compare --onion with the key that \`npm run keys:show\` prints; if it is the same, ${AGAIN}`,
      };
    case false:
      return {
        message: `${probably}\n--onion is not the key that the relay shows at /openapi.json`,
        next: 'give --onion the key that `npm run keys:show` prints where the relay runs',
      };
    case true:
      return {
        message: 'the path answered with status 400, though --onion is the key that the relay shows at /openapi.json',
        next: `${AGAIN}; if it stays so, check that --relay leads storage nodes to the same relay`,
      };
  }
}
