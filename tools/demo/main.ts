// The whole flow on one machine, in real processes over the real protocols: registration, watching, wakeup, reading.
//   npm run demo            ends with status 0 when both phones have read their messages, or says why not
//   npm run demo -- --keep  leaves everything running and prints where to look
import { type Deployment, startDeployment } from '../../test/world/deployment.ts';
import { startWitness } from '../../test/world/witness.ts';
import { castFor } from './cast.ts';
import { collectEvidence, type Evidence } from './evidence.ts';
import { type Outcome, tell } from './story.ts';
import { Timeline } from './timeline.ts';

const timeline = new Timeline();
let isStopped = false;
const stop = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isStopped = true;
      resolve();
    });
  }
});
/** Ends what is under way, so that everything that was started is ended and removed on the way out. */
const interruption = stop.then(() => {
  throw new Error('interrupted');
});
interruption.catch(() => {});

try {
  await demo(process.argv.includes('--keep'));
} catch (error) {
  if (!isStopped) {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : 'for an unknown reason'}`);
    process.exitCode = 1;
  }
}
process.exit();

async function demo(isKept: boolean): Promise<void> {
  const began = performance.now();
  timeline.title('Session push relay: from registration to the phone reading its message');
  await using deployment = await startDeployment({ progress: (step) => timeline.done(step) });
  await using door = await startWitness(deployment.relayUrl);
  const scene = { ...deployment, door, relayAdminUrl: deployment.apps.relay.adminUrl };
  const cast = castFor(scene);
  const outcome = await Promise.race([tell(scene, cast, timeline), interruption]);
  const evidence = await collectEvidence(deployment, cast, outcome);
  report(outcome, evidence);
  if (!evidence.findsPlanted) throw new Error('the search does not find what is there');
  if (evidence.sightings.length > 0 || evidence.violations.length > 0) {
    throw new Error('something was left behind that must not be');
  }
  timeline.title(
    `Both phones were woken and have read their messages (${((performance.now() - began) / 1000).toFixed(1)} s in all)`,
  );
  if (isKept) {
    explain(deployment);
    await stop;
    timeline.line('stopping');
  }
}

function report({ latenciesMs, watchedAfterMs }: Outcome, evidence: Evidence): void {
  timeline.title('What is left in Redis');
  for (const { kind, count, longestDays } of evidence.keys) {
    const life =
      longestDays === null
        ? 'kept: queue bookkeeping, nothing per device'
        : `gone in ${longestDays.toFixed(1)} days at most`;
    timeline.line(`${String(count).padStart(4)}  ${kind.padEnd(34)}${life}`);
  }
  const kilobytes = (evidence.searchedBytes / 1024).toFixed(0);
  timeline.line();
  timeline.line(
    `Searched ${kilobytes} kB of dump, append-only file and logs for ${evidence.secrets} accounts, keys, tokens and messages,`,
  );
  timeline.line(
    `each raw, in hexadecimal and in base64: ${evidence.sightings.length === 0 ? 'none found.' : 'FOUND:'}`,
  );
  timeline.line('Each of them, hidden in a copy of the same files, was found: the search works.');
  for (const { secret, form, place } of evidence.sightings) timeline.line(`  ${secret} as ${form} in ${place}`);
  for (const violation of evidence.violations) timeline.line(`  VIOLATION: ${violation}`);
  timeline.title('Latency');
  timeline.line(`registered until watched:            ${watchedAfterMs.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
  timeline.line(`message stored until wakeup accepted: ${latenciesMs.map((ms) => `${ms} ms`).join(', ')}`);
}

function explain({ relayUrl, onionKey, apps, apns, network, dir }: Deployment): void {
  timeline.title('Everything keeps running; Ctrl-C ends it');
  timeline.line(`relay          ${relayUrl}   health and metrics ${apps.relay.adminUrl}`);
  timeline.line(`onion key      ${onionKey}`);
  timeline.line(`swarm-watcher  health and metrics ${apps['swarm-watcher'].adminUrl}`);
  timeline.line(`dispatcher     health and metrics ${apps.dispatcher.adminUrl}`);
  timeline.line(`oxend          ${network.oxendUrl}   data and keys ${dir}`);
  timeline.title('Try');
  timeline.line(
    `npx --no relay-client register --relay ${relayUrl} --onion ${onionKey} --oxend ${network.oxendUrl} --node-scheme http`,
  );
  timeline.line(`curl -s ${relayUrl}/openapi.json`);
  timeline.line(`curl -s ${relayUrl}/subscribe -d '{"pubkey":"05"}'`);
  timeline.line(`curl -s ${apps['swarm-watcher'].adminUrl}/metrics | grep ^push_`);
  timeline.line(`curl -s '${apns.controlUrl}/pushes?since=0'`);
}
