import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrapForPath } from '../stubs/client/onion-path.ts';
import { postToRelay } from '../stubs/client/registration.ts';
import { StubClient } from '../stubs/client/stub-client.ts';
import { waitForWakeup } from '../stubs/client/wakeup.ts';
import { type Deployment, startDeployment } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { findSecrets, type Secret } from '../world/secret-search.ts';
import { nowS, type Person, person, post, type RelayRequest, subscribing } from './people.ts';

const DAY_S = 86_400;

let world: Deployment;
let redis: Redis;
const requests: RelayRequest[] = [];
const people: readonly Person[] = [person('apns'), person('firebase'), person('apns'), person('firebase')];
const text = 'a message that nobody but its reader may see';
let signedAt: number;

/** Registers, half of them through storage nodes, wakes, and goes through refusals and provider faults with everybody. */
beforeAll(async () => {
  world = await startDeployment({ environment: { LOG_LEVEL: 'debug' } });
  redis = new Redis(world.redis.urlFor('operator'));
  signedAt = nowS();
  requests.push(...people.map((each) => subscribing(each, signedAt)));
  await post(world.relayUrl, 'subscribe', requests.slice(0, 2));
  const { relayUrl, onionKey } = world;
  const onion = { relayUrl, onionKey, oxendUrl: world.network.oxendUrl, encType: 'xchacha20' } as const;
  expect(await postToRelay(onion, 'subscribe', requests.slice(2), 'android')).toMatchObject([
    { added: true },
    { added: true },
  ]);
  const [tampered] = requests;
  const opened = wrapForPath(Buffer.from(JSON.stringify(requests[2])), [], onion).body;
  for (const body of [opened, opened.subarray(1), Buffer.from(JSON.stringify(tampered))]) {
    await fetch(`${relayUrl}/oxen/v4/lsrpc`, { method: 'POST', body });
  }
  await post(world.relayUrl, 'subscribe', { ...tampered, sig_ts: signedAt - 1 });
  await post(world.relayUrl, 'subscribe', [
    { ...tampered, service: 'unknown' },
    { ...tampered, service_info: {} },
  ]);
  await fetch(`${world.relayUrl}/subscribe`, { method: 'POST', body: JSON.stringify(tampered).slice(0, -20) });
  const sender = new StubClient({ account: person('apns').account, oxendUrl: world.network.oxendUrl });
  await provokeFault(people[2]?.device.token ?? '', world.apns.controlUrl, 'InternalServerError');
  await Promise.all(
    people.map(async ({ account, device }) => {
      const stub = device.service === 'apns' ? world.apns : world.fcm;
      await eventually(async () => {
        await sender.send(account.sessionId, text);
        return (await waitForWakeup(stub.controlUrl, device.token, { timeoutMs: 1_500 })) !== null;
      }, 20_000);
    }),
  );
}, 90_000);
afterAll(async () => {
  redis.disconnect();
  await world[Symbol.asyncDispose]();
});

async function provokeFault(token: string, controlUrl: string, behaviour: string): Promise<void> {
  const body = JSON.stringify({ token, behaviour, times: 2 });
  expect((await fetch(`${controlUrl}/behaviour`, { method: 'POST', body })).status).toBe(204);
}

async function keys(pattern: string): Promise<readonly string[]> {
  return redis.keys(pattern);
}

function secrets(): readonly Secret[] {
  const field = (request: RelayRequest, name: string): Buffer => {
    const value = String(request[name]);
    return Buffer.from(value, /^[0-9a-f]+$/.test(value) ? 'hex' : 'base64');
  };
  return [
    { name: 'message', bytes: Buffer.from(text) },
    ...people.flatMap(({ account, device }, i) => [
      { name: `account ${i}`, bytes: account.account },
      { name: `X25519 key ${i}`, bytes: account.account.subarray(1) },
      { name: `Ed25519 key ${i}`, bytes: account.ed25519.publicKey },
      { name: `token ${i}`, bytes: Buffer.from(device.token, device.service === 'apns' ? 'hex' : 'utf8') },
      { name: `token ${i} as sent`, bytes: Buffer.from(device.token) },
    ]),
    ...requests.flatMap((request, i) => [
      { name: `signature ${i}`, bytes: field(request, 'signature') },
      { name: `enc_key ${i}`, bytes: field(request, 'enc_key') },
    ]),
  ];
}

test('dump, append-only file, every value and all logs hold no account, key, token, signature or message', async () => {
  await redis.save();
  const files = readdirSync(world.redis.dir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const haystacks = [
    ...files.map((file) => ({ place: file.name, content: readFileSync(join(file.parentPath, file.name)) })),
    ...world.processes
      .filter(({ name }) => ['relay', 'swarm-watcher', 'dispatcher'].includes(name))
      .map((service) => ({ place: `log of ${service.name}`, content: Buffer.from(service.output) })),
  ];
  expect(haystacks.map(({ place }) => place)).toEqual(
    expect.arrayContaining(['dump.rdb', 'log of relay', 'log of swarm-watcher', 'log of dispatcher']),
  );
  const appendOnly = haystacks.filter(({ place }) => place.startsWith('appendonly.aof'));
  expect(appendOnly.some(({ content }) => content.includes('device:'))).toBe(true);
  expect(findSecrets(haystacks, secrets())).toEqual([]);
});

test('the search would find a device that is stored in clear', async () => {
  await redis.set('planted', people[0]?.device.token ?? '');
  await redis.save();
  const content = readFileSync(join(world.redis.dir, 'dump.rdb'));
  await redis.del('planted');
  expect(findSecrets([{ place: 'dump.rdb', content }], secrets())).not.toEqual([]);
});

test('every record about a device expires at the start of a UTC day, less what its own id says', async () => {
  const found = [...(await keys('watch:*')), ...(await keys('device:*')), ...(await keys('order:*'))];
  expect(found).toHaveLength(3 * people.length);
  const dayFloor = Math.floor((signedAt + 14 * DAY_S) / DAY_S) * DAY_S;
  for (const key of found) {
    const id = Buffer.from(key.slice(key.indexOf(':') + 1), 'base64url');
    expect(id).toHaveLength(16);
    const offset = Number(BigInt(`0x${id.toString('hex')}`) % 3_600n);
    expect(await redis.expiretime(key)).toBe(dayFloor - offset);
  }
});

/** By kind, the longest and shortest a key may live, in seconds. */
const LIFE_S: Readonly<Record<string, readonly [number, number]>> = {
  epoch: [14 * DAY_S, 15 * DAY_S],
  feed: [1, 14 * DAY_S],
  dead: [1, 14 * DAY_S],
  seen: [1, 14 * DAY_S],
  lease: [1, 10],
};
const BOOKKEEPING = /^wakeup:\{(apns|apns-sandbox|firebase|huawei)\}:(meta|id|stalled-check|marker)$/;

test('epochs live 15 days, streams 14 at most, and nothing else but queue bookkeeping is there', async () => {
  const others = (await keys('*')).filter((key) => !/^(watch|device|order):/.test(key) && !BOOKKEEPING.test(key));
  expect(others.length).toBeGreaterThanOrEqual(3);
  for (const key of others) {
    const [least, most] = LIFE_S[key.split(':')[0] ?? ''] ?? [Number.NaN, Number.NaN];
    const seconds = await redis.ttl(key);
    expect({ key, isRight: seconds >= least && seconds <= most }).toEqual({ key, isRight: true });
  }
});

test('records of one compartment are of one size', async () => {
  for (const pattern of ['watch:*', 'device:*', 'order:*']) {
    const sizes = await Promise.all((await keys(pattern)).map((key) => redis.strlen(key)));
    expect(new Set(sizes).size).toBe(1);
  }
});
