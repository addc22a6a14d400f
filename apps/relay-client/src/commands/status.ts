import { createRelayClient, RelayError } from '@push/client';
import type { RouteSettings, StatusCommand } from '../arguments/read-arguments.ts';
import { isUnopened } from '../explanation.ts';
import { describeRelay, type RelayDescription } from '../network/relay-description.ts';
import { openRoute, routeKind } from '../network/route.ts';
import { failedWith, type Report } from '../report.ts';
import { stopwatch } from '../stopwatch.ts';

/** The document is an extra: it is not waited for as long as the relay itself. */
const DESCRIPTION_TIMEOUT_MS = 5_000;

/** Asks whether a relay answers, and for what it says about itself. */
export async function status({ route: way }: StatusCommand): Promise<Report> {
  const facts = { route: routeKind(way) };
  const elapsedMs = stopwatch();
  try {
    const route = await openRoute(way);
    const sinceReadyMs = stopwatch();
    await createRelayClient({ transport: route.transport }).probe();
    const tookMs = sinceReadyMs();
    const description = await describe(way);
    const { version, services } = description;
    const isShownKey = comparedKeys(way, description);
    return {
      ok: true,
      lines: [
        `A relay answers, in ${tookMs} ms, ${route.words}.`,
        '(Whether it can store registrations is not asked here; `register` tells.)',
        `Version:  ${version ?? 'not told'}`,
        `Services: ${services?.join(', ') ?? 'not told'}`,
        ...(isShownKey === false ? [OLDER_KEY] : []),
      ],
      facts: { ...facts, tookMs, version, services, ...keyFact(way, isShownKey) },
    };
  } catch (error) {
    const took = { ...facts, tookMs: elapsedMs() };
    if (!(error instanceof RelayError) || !isUnopened(error)) return failedWith(error, { way, facts: took });
    const isShownKey = comparedKeys(way, await describe(way));
    return failedWith(error, { way, facts: { ...took, ...keyFact(way, isShownKey) }, isShownKey });
  }
}

const OLDER_KEY =
  '--onion is not the key that the relay shows at /openapi.json: it opens an older one still. `npm run keys:show` prints the newest.';

function describe({ relayUrl, timeoutMs }: RouteSettings): Promise<RelayDescription> {
  return describeRelay(relayUrl, Math.min(timeoutMs ?? DESCRIPTION_TIMEOUT_MS, DESCRIPTION_TIMEOUT_MS));
}

/** Whether the key of --onion is the one that the relay shows; `null` where one of them is missing. */
function comparedKeys({ onion }: RouteSettings, { onionKey }: RelayDescription): boolean | null {
  return onion === null || onionKey === null ? null : onion.key.toLowerCase() === onionKey;
}

function keyFact({ onion }: RouteSettings, isShownKey: boolean | null): { readonly onionKeyIsShown?: boolean | null } {
  return onion === null ? {} : { onionKeyIsShown: isShownKey };
}
