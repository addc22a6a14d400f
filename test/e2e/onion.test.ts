import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type OnionRoute, pathOf, wrapForPath } from '../stubs/client/onion-path.ts';
import { postToRelay, RelayFailure } from '../stubs/client/registration.ts';
import { StubClient } from '../stubs/client/stub-client.ts';
import { waitForWakeup } from '../stubs/client/wakeup.ts';
import { bdecode, bencode } from '../stubs/wire/bencode.ts';
import { decryptLayer, ENC_TYPES } from '../stubs/wire/onion-cipher.ts';
import { type Deployment, startDeployment } from '../world/deployment.ts';
import { eventually } from '../world/eventually.ts';
import { startWitness, type Witness } from '../world/witness.ts';
import { nowS, person, type RelayRequest, subscribing, unsubscribing } from './people.ts';
import { storedRecords } from './stored-records.ts';

let world: Deployment;
let door: Witness;
let redis: Redis;
let route: OnionRoute & { readonly oxendUrl: string };
beforeAll(async () => {
  world = await startDeployment();
  door = await startWitness(world.relayUrl);
  redis = new Redis(world.redis.urlFor('operator'));
  const { oxendUrl } = world.network;
  route = { relayUrl: door.url, onionKey: world.onionKey, oxendUrl, encType: 'xchacha20' };
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await door[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** The sockets that storage nodes say they opened to servers. */
async function socketsOfNodes(): Promise<readonly string[]> {
  const stats = await Promise.all(
    world.network.nodes.map(
      async ({ controlUrl }) =>
        (await fetch(`${controlUrl}/stats`)).json() as Promise<{ onion: { connections: string[] } }>,
    ),
  );
  return stats.flatMap(({ onion }) => onion.connections);
}

describe('a phone that registers through three storage nodes', () => {
  test.each([...ENC_TYPES, undefined])('with enc_type %p is woken', async (encType) => {
    const { account, device } = person('apns');
    const phone = new StubClient({ account, oxendUrl: route.oxendUrl });
    const { relayUrl, onionKey, oxendUrl } = route;
    const way = { relayUrl, onionKey, oxendUrl, ...(encType !== undefined && { encType }) };
    const answers = await phone.register(way, device);
    expect(answers).toMatchObject([{ success: true, added: true }]);
    const sender = new StubClient({ account: person('apns').account, oxendUrl: route.oxendUrl });
    // Only what is stored after the watcher has subscribed is reported.
    await eventually(async () => {
      await sender.send(account.sessionId, 'are you awake?');
      return (await waitForWakeup(world.apns.controlUrl, device.token, { timeoutMs: 1_000 })) !== null;
    }, 10_000);
    expect((await phone.poll())[0]?.message?.text).toBe('are you awake?');
  });

  test('is never seen by the relay, only the last node of its path is', async () => {
    const before = door.visitors.length;
    for (let i = 0; i < 5; i++) {
      const { account, device } = person('firebase');
      await new StubClient({ account, oxendUrl: route.oxendUrl }).register(route, device);
    }
    const visitors = door.visitors.slice(before);
    expect(visitors).toHaveLength(5);
    expect(await socketsOfNodes()).toEqual(expect.arrayContaining(visitors));
    for (const visitor of visitors) expect(world.apps.relay.process.output).not.toContain(visitor);
  });
});

describe('a storage node that keeps whole onion requests', () => {
  /** What the guard is sent, to be sent again as often as one likes, and what comes back. */
  async function recorded(action: 'subscribe' | 'unsubscribe', request: RelayRequest): Promise<() => Promise<unknown>> {
    const path = await pathOf(route);
    const metadata = JSON.stringify({ method: 'POST', endpoint: `/${action}`, headers: {} });
    const { body, answerKey } = wrapForPath(bencode([metadata, JSON.stringify(request)]), path, route);
    return async () => {
      const url = `http://${path[0]?.ip}:${path[0]?.httpPort}/onion_req/v2`;
      const response = await fetch(url, { method: 'POST', body });
      const opened = decryptLayer(Buffer.from(await response.arrayBuffer()), answerKey);
      const [, text] = bdecode(opened ?? Buffer.alloc(0)) as unknown as readonly [Buffer, Buffer];
      return JSON.parse(text.toString()) as unknown;
    };
  }

  test('can neither roll back, nor revive, nor end a registration by sending them again', async () => {
    const someone = person('apns');
    const start = nowS() - 100;
    const [old, newer] = await Promise.all(
      [start, start + 10].map((signedAt) => recorded('subscribe', subscribing(someone, signedAt))),
    );
    const leaving = await recorded('unsubscribe', unsubscribing(someone, start + 5));
    expect(await old?.()).toMatchObject({ added: true });
    expect(await leaving()).toMatchObject({ removed: true });
    const gone = await storedRecords(redis);
    expect(await old?.()).toMatchObject({ error: 4 });
    expect(await storedRecords(redis)).toEqual(gone);
    expect(await newer?.()).toMatchObject({ added: true });
    const live = await storedRecords(redis);
    for (let i = 0; i < 5; i++) {
      expect(await old?.()).toMatchObject({ updated: true });
      expect(await leaving()).toMatchObject({ error: 4 });
    }
    expect(await storedRecords(redis)).toEqual(live);
  });
});

test('a relay without Redis says 503 inside, so that the app does not blame its path', async () => {
  await world.redis.stop();
  try {
    const request = subscribing(person('firebase'));
    const failure = await postToRelay(route, 'subscribe', [request], 'android').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RelayFailure);
    expect(failure).toMatchObject({ status: 503 });
  } finally {
    await world.redis.start();
  }
  await eventually(async () => {
    const answers = await postToRelay(route, 'subscribe', [subscribing(person('firebase'))], 'android').catch(() => []);
    return answers.some((answer) => 'success' in answer);
  }, 15_000);
});
