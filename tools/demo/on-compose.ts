// The demo profile of docker-compose.yml: this container is the stub network, both push providers and the phones; relay,
// watcher and dispatcher run in their own. It writes the providers' throw-away credentials to PROVIDER_SECRETS, waits
// for the relay, tells the story once and stays up.
import { setTimeout as delay } from 'node:timers/promises';
import type { PushAddress } from '../../test/world/app.ts';
import { type NetworkAddress, onionKeyOf } from '../../test/world/deployment.ts';
import { ServiceProcess } from '../../test/world/service-process.ts';
import { startWitness } from '../../test/world/witness.ts';
import { castFor } from './cast.ts';
import { tell } from './story.ts';
import { Timeline } from './timeline.ts';

const { DEMO_HOST = '0.0.0.0', DEMO_NAME = 'stubs', RELAY_URL = 'http://relay:3000' } = process.env;
const { PROVIDER_SECRETS = '/provider', OXEND_PORT = '22023', APNS_PORT = '2197', FCM_PORT = '2198' } = process.env;
const RELAY_PATIENCE_MS = 120_000;

const stop = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
});
const timeline = new Timeline();
const provider = (port: string): string[] => {
  const names = [DEMO_NAME, 'localhost', '127.0.0.1'].join(',');
  return ['--host', DEMO_HOST, '--port', port, '--names', names, '--dir', PROVIDER_SECRETS];
};
const network = ['test/stubs/network/main.ts', '--host', DEMO_HOST, '--oxend-port', OXEND_PORT] as const;
await using networkProcess = new ServiceProcess({ name: 'network', command: network });
await using apns = new ServiceProcess({ name: 'apns', command: ['test/stubs/apns/main.ts', ...provider(APNS_PORT)] });
await using fcm = new ServiceProcess({ name: 'fcm', command: ['test/stubs/fcm/main.ts', ...provider(FCM_PORT)] });

await using door = await startWitness(RELAY_URL);
const scene = {
  door,
  relayAdminUrl: null,
  network: await networkProcess.readyLine<NetworkAddress>(),
  apns: await apns.readyLine<PushAddress>(),
  fcm: await fcm.readyLine<PushAddress>(),
};
timeline.done(`stub network with ${scene.network.nodes.length} storage nodes, APNs and FCM`);
try {
  await Promise.race([tellWhenReady(), stop]);
  await stop;
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : 'for an unknown reason'}`);
  process.exitCode = 1;
}

async function tellWhenReady(): Promise<void> {
  const deadline = performance.now() + RELAY_PATIENCE_MS;
  while ((await fetch(`${RELAY_URL}/subscribe`, { method: 'POST', body: '[]' }).catch(() => null))?.ok !== true) {
    if (performance.now() > deadline) throw new Error(`nobody answers at ${RELAY_URL}`);
    await delay(250);
  }
  const whole = { ...scene, onionKey: await onionKeyOf(RELAY_URL) };
  await tell(whole, castFor(whole), timeline);
  timeline.title('Both phones were woken and have read their messages. Everything keeps running.');
}
