import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountFromSeed } from '../stubs/client/mailbox-key.ts';
import { StubClient } from '../stubs/client/stub-client.ts';
import { waitForWakeup } from '../stubs/client/wakeup.ts';
import type { PushAddress } from '../world/app.ts';
import type { NetworkAddress } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { ServiceProcess } from '../world/service-process.ts';
import { person, post, subscribing } from './people.ts';

const dir = mkdtempSync(join(tmpdir(), 'push-start-'));
let stubs: readonly [ServiceProcess, ServiceProcess];
let network: NetworkAddress;
let fcm: PushAddress;

beforeAll(async () => {
  stubs = [
    new ServiceProcess({ name: 'network', command: ['test/stubs/network/main.ts'] }),
    new ServiceProcess({ name: 'fcm', command: ['test/stubs/fcm/main.ts'] }),
  ];
  network = await stubs[0].readyLine<NetworkAddress>();
  fcm = await stubs[1].readyLine<PushAddress>();
}, 30_000);
afterAll(async () => {
  await Promise.all(stubs.map((stub) => stub.stop()));
  rmSync(dir, { recursive: true, force: true });
});

function start(environment: Readonly<Record<string, string>>): ServiceProcess {
  return new ServiceProcess({ name: 'start', command: ['tools/start.ts'], environment });
}

const complete = (): Record<string, string> => ({
  RELAY_DATA_DIR: dir,
  RELAY_HOST: '127.0.0.1',
  RELAY_PORT: '0',
  RELAY_ADMIN_PORT: '0',
  WATCHER_ADMIN_PORT: '0',
  DISPATCHER_ADMIN_PORT: '0',
  RELAY_SERVICES: 'firebase',
  WATCHER_OXEND_URL: network.oxendUrl,
  ...fcm.environment,
});

const relayUrlOf = (service: ServiceProcess): Promise<string> =>
  service.line((line) => {
    if (!line.includes('"relay.listening"')) return null;
    return `http://127.0.0.1:${(JSON.parse(line) as { readonly port: number }).port}`;
  });

test('tells everything that is missing at once and ends with status 78, leaving no server behind', async () => {
  const service = start({ RELAY_DATA_DIR: join(dir, 'incomplete') });
  await eventually(() => service.hasEnded, 15_000);
  expect(await service.stop()).toBe(78);
  expect(service.output).toMatch(/RELAY_SERVICES is required/);
  expect(service.output).toMatch(/WATCHER_OXEND_URL is required/);
});

test('one process with a Redis of its own wakes a phone, also after a restart and without registering again', async () => {
  const someone = person('firebase', [0]);
  const sender = new StubClient({ account: accountFromSeed(Buffer.alloc(32, 3)), oxendUrl: network.oxendUrl });
  let lastSeq = 0;
  const wake = async (): Promise<void> => {
    await eventually(async () => {
      await sender.send(someone.account.sessionId, `are you there? ${performance.now()}`);
      const wakeup = await waitForWakeup(fcm.controlUrl, someone.device.token, { after: lastSeq, timeoutMs: 1_000 });
      lastSeq = wakeup?.seq ?? lastSeq;
      return wakeup !== null;
    }, 20_000);
  };

  const first = start(complete());
  const relayUrl = await relayUrlOf(first);
  await eventually(async () => (await post(relayUrl, 'subscribe', subscribing(someone))).status === 200, 10_000);
  await wake();
  expect(await first.stop()).toBe(0);

  const second = start(complete());
  await relayUrlOf(second);
  await wake();
  expect(await second.stop()).toBe(0);
}, 60_000);

test('a port that is taken is told with its number, and ends with status 1', async () => {
  const port = Number(new URL(fcm.controlUrl).port);
  const service = start({ ...complete(), RELAY_DATA_DIR: join(dir, 'taken'), RELAY_PORT: String(port) });
  await eventually(() => service.hasEnded, 15_000);
  expect(await service.stop()).toBe(1);
  const told = service.output.split('\n').find((line) => line.includes('"process.cannot-listen"'));
  expect(JSON.parse(told ?? '{}')).toMatchObject({ level: 'error', port, code: 'EADDRINUSE' });
  expect(service.output).not.toContain('"process.fault"');
});
