import { createRelayClient } from '@push/client';
import type { StatusCommand } from '../arguments/read-arguments.ts';
import { describeRelay } from '../network/relay-description.ts';
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
    const timeoutMs = Math.min(way.timeoutMs ?? DESCRIPTION_TIMEOUT_MS, DESCRIPTION_TIMEOUT_MS);
    const { version, services } = await describeRelay(way.relayUrl, timeoutMs);
    return {
      ok: true,
      lines: [
        `A relay answers, in ${tookMs} ms, ${route.words}.`,
        `Version:  ${version ?? 'not told'}`,
        `Services: ${services?.join(', ') ?? 'not told'}`,
      ],
      facts: { ...facts, tookMs, version, services },
    };
  } catch (error) {
    return failedWith(error, { ...facts, tookMs: elapsedMs() });
  }
}
