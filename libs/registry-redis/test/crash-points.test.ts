import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RegistryWriter } from '@push/registry';
import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type RedisServer, startRedisServer } from '../../../test/world/redis-server.ts';
import { sampleDeregistration, sampleRegistration } from '../../registry/test/samples.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { freshKeys, type Keys, openOperator, openWriter, ringOf } from './redis-registry.ts';

let server: RedisServer;
let operator: Redis & AsyncDisposable;
beforeAll(async () => {
  server = await startRedisServer();
  operator = await openOperator(server);
});
afterAll(async () => {
  await operator[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const SIGNED_AT = Math.floor(Date.now() / 1_000) - 60;
type Act = (relay: RegistryWriter) => Promise<string>;

const register: Act = (relay) => relay.subscribe(sampleRegistration({ signedAt: SIGNED_AT }));
const renew: Act = (relay) => relay.subscribe(sampleRegistration({ signedAt: SIGNED_AT + 1 }));
const leave: Act = (relay) => relay.unsubscribe(sampleDeregistration({ signedAt: SIGNED_AT + 1 }));

interface Records {
  readonly watch: number;
  readonly device: number;
  readonly order: number;
}

/** How many records of each kind there are. */
async function recordsLeft(): Promise<Records> {
  const names = await operator.keys('*');
  const count = (prefix: string): number => names.filter((name) => name.startsWith(prefix)).length;
  return { watch: count('watch:'), device: count('device:'), order: count('order:') };
}

interface Death {
  /** The commands that were carried out. */
  readonly commands: string;
  readonly left: Records;
  /** After another relay was asked the same. */
  readonly repeated: Records;
  readonly isAnnouncedAgain: boolean;
}

/** Lets `act` die at its nth command for every n, each on a fresh database in which `before` was carried out. */
async function dieEverywhere(
  when: 'before' | 'after',
  keys: Keys,
  before: (relay: RegistryWriter) => Promise<unknown>,
  act: Act,
): Promise<readonly Death[]> {
  const deaths: Death[] = [];
  for (let n = 1; ; n += 1) {
    await operator.flushall();
    await using proxy = await startCuttingProxy(server.port);
    await using helper = await openWriter(server, { keys });
    await before(helper);
    await using dying = await openWriter(server, { keys, port: proxy.port });
    proxy.cutAt(n, when);
    const outcome = await act(dying).catch((error: { code: string }) => error.code);
    if (outcome !== 'unreachable') return deaths;
    await proxy.cut;
    // The dead relay's lease ends by itself after ten seconds; here it ends now.
    for (const lease of await operator.keys('lease:*')) await operator.del(lease);
    const [left, feedBefore] = [await recordsLeft(), await operator.xlen('feed')];
    await act(helper);
    deaths.push({
      commands: proxy.commands.join(' '),
      left,
      repeated: await recordsLeft(),
      isAnnouncedAgain: (await operator.xlen('feed')) > feedBefore,
    });
  }
}

describe.each(['before', 'after'] as const)('a relay that dies %s any one of its commands', (when) => {
  const keys = freshKeys();
  beforeEach(() => {
    keys.index.current = ringOf(randomBytes(32)).current;
  });

  const expectRepaired = (deaths: readonly Death[], repeated: Records): void => {
    for (const death of deaths) expect(death).toMatchObject({ repeated, isAnnouncedAgain: true });
  };
  const never = (deaths: readonly Death[], isBroken: (left: Records) => boolean): void => {
    expect(deaths.filter(({ left }) => isBroken(left))).toEqual([]);
  };

  test('while it registers leaves no watch without a device, and a repetition completes it', async () => {
    const deaths = await dieEverywhere(when, keys, async () => {}, register);
    expect(deaths.length).toBeGreaterThanOrEqual(8);
    never(deaths, ({ watch, device, order }) => watch > device || device > order);
    expectRepaired(deaths, { watch: 1, device: 1, order: 1 });
  });

  test('while it renews leaves a registration, and a repetition completes it', async () => {
    const deaths = await dieEverywhere(when, keys, register, renew);
    expect(deaths.length).toBeGreaterThanOrEqual(6);
    never(deaths, ({ watch, device, order }) => watch !== 1 || device !== 1 || order !== 1);
    expectRepaired(deaths, { watch: 1, device: 1, order: 1 });
  });

  test('while it ends a registration leaves no watch without a device, and a repetition completes it', async () => {
    const deaths = await dieEverywhere(when, keys, register, leave);
    expect(deaths.length).toBeGreaterThanOrEqual(5);
    never(deaths, ({ watch, device, order }) => watch > device || order !== 1);
    expectRepaired(deaths, { watch: 0, device: 0, order: 1 });
  });

  test('while it moves a registration to a new index key leaves it under one key once it is repeated', async () => {
    const [old] = keys.index.current;
    const registerUnderOld = async (relay: RegistryWriter): Promise<void> => {
      keys.index.current = [old];
      await register(relay);
      keys.index.current = ringOf(randomBytes(32), old.key).current;
    };
    const deaths = await dieEverywhere(when, keys, registerUnderOld, renew);
    expect(deaths.length).toBeGreaterThanOrEqual(10);
    never(deaths, ({ watch, device, order }) => watch < 1 || device < 1 || order < 1);
    expectRepaired(deaths, { watch: 1, device: 1, order: 1 });
  });
});
