import { accountFromSeed, createRelayClient } from '@push/client';
import type { UnregisterCommand } from '../arguments/read-arguments.ts';
import { madeUpToken } from '../made-up-token.ts';
import { openRoute, routeKind } from '../network/route.ts';
import { failed, failedWith, refusedWith, type Report } from '../report.ts';
import { readSeedFile } from '../seed-file.ts';
import { stopwatch } from '../stopwatch.ts';

/** Ends what `register` made with the same seed file, service and token. */
export async function unregister({ route: way, device, seedFile, showAccount }: UnregisterCommand): Promise<Report> {
  const file = readSeedFile(seedFile);
  if (file.kind !== 'seed') {
    const problem = file.kind === 'absent' ? '--seed-file names a file that does not exist' : file.problem;
    return failed('usage', problem, { problems: [problem] });
  }
  const signer = accountFromSeed(file.seed);
  const token = device.token ?? madeUpToken(device.service, file.seed);
  const facts = {
    route: routeKind(way),
    service: device.service,
    tokenIsMadeUp: device.token === null,
    ...(showAccount && { account: signer.account }),
  };
  const elapsedMs = stopwatch();
  try {
    const route = await openRoute(way);
    const client = createRelayClient({ transport: route.transport });
    const sinceReadyMs = stopwatch();
    const [outcome] = await client.unsubscribe([signer], { service: device.service, token });
    const told = { ...facts, tookMs: sinceReadyMs() };
    if (outcome === undefined) return failed('unreadable', 'the relay did not say what became of it', told);
    if (outcome.kind === 'refused') return refusedWith(outcome, told);
    const line = outcome.wasThere
      ? `The relay ended the registration in ${told.tookMs} ms, ${route.words}.`
      : `The relay had no such registration; it said so in ${told.tookMs} ms, ${route.words}.`;
    return { ok: true, lines: [line], facts: { ...told, outcome: outcome.wasThere ? 'removed' : 'nothing-there' } };
  } catch (error) {
    return failedWith(error, { way, facts: { ...facts, tookMs: elapsedMs() } });
  }
}
