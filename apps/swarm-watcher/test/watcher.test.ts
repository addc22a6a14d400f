import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { groupFromSeed, join } from '../../../test/stubs/client/group.ts';
import { bytesOf, nowS, person, startWatcherWorld, subscriptionsAt, unsubscription, until } from './watcher-world.ts';
import type { WatcherWorld } from './watcher-world.ts';

const TOKEN = 'ab'.repeat(32);
let world: WatcherWorld;
beforeEach(async () => {
  world = await startWatcherWorld();
  await until(async () => (await world.missing()).length === 0);
});
afterEach(() => world[Symbol.asyncDispose]());

const nodes = (state: 'wanted' | 'connected') => world.metrics.read('push_storage_nodes', { state });
const reports = (outcome: 'rung' | 'duplicate' | 'not-subscribed' | 'malformed') =>
  world.metrics.read('push_reports_total', { outcome });

/** Registers an account and waits until every member of its swarm watches it. */
async function watched(account = person()) {
  await world.register(account);
  await until(() => subscriptionsAt(world.network, account).every((count) => count > 0));
  return account;
}

describe('a new registration', () => {
  test('is watched at every member of its swarm within a second', async () => {
    const tookMs: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const account = person();
      const began = performance.now();
      await world.register(account);
      await until(() => subscriptionsAt(world.network, account).every((count) => count === 1));
      tookMs.push(performance.now() - began);
    }
    // The median: a machine that is busy with something else may delay one of them.
    expect(tookMs.toSorted((a, b) => a - b)[1]).toBeLessThan(1_000);
  });

  test('lets a message ring once', async () => {
    const account = await watched();
    await world.send(account);
    await until(async () => (await reports('duplicate')) === 2);
    const queued = await world.queued();
    expect(queued).toHaveLength(1);
    expect(queued[0]).toMatchObject({ urgency: 'urgent', minute: Math.floor(Date.now() / 60_000) });
  });

  test('connects to the nodes of its swarm and to no others, until it ends', async () => {
    const account = await watched();
    await until(async () => (await nodes('connected')) === 3);
    expect(await nodes('wanted')).toBe(3);
    await world.registry.unsubscribe({
      request: unsubscription(account, nowS() + 1),
      service: 'apns',
      token: bytesOf(TOKEN),
    });
    await until(async () => (await nodes('wanted')) === 0);
    await world.send(account);
    expect(await world.queued()).toEqual([]);
  });

  test('of two devices is one subscription; both are woken, each in the queue of its service', async () => {
    const account = await watched();
    await world.register(account, { service: 'firebase', token: 'cafe' });
    await until(async () => (await world.metrics.read('push_watches', {})) === 2);
    expect(subscriptionsAt(world.network, account)).toEqual([1, 1, 1]);
    await world.send(account);
    await until(async () => (await world.queued('apns')).length + (await world.queued('firebase')).length === 2);
  });

  test('of a group member wakes him for what others write', async () => {
    const group = groupFromSeed(randomBytes(32));
    const membership = join(group, person());
    await world.register(membership, { namespaces: [-11, 11, 12, 13, 14] });
    await until(() => subscriptionsAt(world.network, group).every((count) => count > 0));
    expect(await world.metrics.read('push_subscription_refusals_total', { reason: 'signature' })).toBe(0);
  });
});

describe('a device that a dispatcher reports dead', () => {
  test('is not watched any more, here or in the registry', async () => {
    const account = await watched();
    await world.register(account, { service: 'firebase', token: 'cafe' });
    await until(async () => (await world.metrics.read('push_watches', {})) === 2);
    await world.send(account);
    await until(async () => (await world.queued('apns')).length + (await world.queued('firebase')).length === 2);
    const [wakeup] = await world.queued('firebase');
    if (wakeup === undefined) throw new Error('no wakeup');
    await world.reportDead(wakeup.deviceId);
    await until(async () => (await world.metrics.read('push_watches', {})) === 1);
    await world.restartWatcher();
    await until(async () => (await world.missing()).length === 0);
    await until(async () => (await world.metrics.read('push_watched_accounts', {})) === 1);
    expect(await world.metrics.read('push_watches', {})).toBe(1);
    expect(await world.metrics.read('push_devices_died_total', { outcome: 'removed' })).toBe(1);
  });
});

describe('a second watcher in the same process', () => {
  test('has an identity of its own, and both together queue one wakeup', async () => {
    const account = await watched();
    await using _ = await world.startAnother();
    await until(() => subscriptionsAt(world.network, account).every((count) => count === 2));
    await world.send(account);
    await until(async () => (await reports('rung')) === 2);
    expect(await world.queued()).toHaveLength(1);
  });
});

describe('many registrations', () => {
  test('are watched in a few batches, also after a restart of the watcher', async () => {
    const accounts = Array.from({ length: 200 }, person);
    await Promise.all(accounts.map((account) => world.register(account)));
    const total = () => world.network.members.reduce((sum, { node }) => sum + (node?.stats.subscriptions ?? 0), 0);
    await until(() => total() === 600);
    const confirmed = () => world.metrics.read('push_subscriptions', { state: 'confirmed' });
    await until(async () => (await confirmed()) === 600);
    for (const { node } of world.network.members) node?.forgetSubscriptions();
    await world.restartWatcher();
    await until(() => total() === 600);
    expect(await world.metrics.read('push_subscription_batches_total', { outcome: 'answered' })).toBeLessThan(100);
  });
});

describe('a storage node', () => {
  test('that restarts has its subscriptions again within five seconds', async () => {
    const account = await watched();
    const [node] = world.network.nodesOf(account.account);
    if (node === undefined) throw new Error('no node');
    await world.network.stop(node.pubkeyEd25519);
    await until(async () => (await nodes('connected')) === 2);
    const restarted = await world.network.restart(node.pubkeyEd25519);
    const began = performance.now();
    await until(() => restarted.stats.subscriptions === 1);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test.each(['silent', 'garbage', 'forbidden', 'not-a-service-node', 'refuse'] as const)(
    'that is %s takes nothing from accounts whose other nodes work',
    async (mode) => {
      const account = person();
      const [bad] = world.network.nodesOf(account.account);
      bad?.setAnswers(mode);
      await world.register(account);
      await until(() => subscriptionsAt(world.network, account).filter((count) => count > 0).length >= 2);
      await world.send(account);
      await until(async () => (await world.queued()).length === 1);
      expect(await world.missing()).toEqual([]);
    },
  );

  test('that sends nonsense is not heard, and its next good report counts', async () => {
    const account = await watched();
    const members = world.network.nodesOf(account.account);
    for (const node of members) node.setNotify('malformed');
    await world.send(account);
    await until(async () => (await reports('malformed')) === 3);
    for (const node of members) node.setNotify('honest');
    await world.send(account, { ttlMs: 3_600_000 });
    await until(async () => (await world.queued()).length === 1);
    expect(await reports('malformed')).toBe(3);
  });

  test('is not believed about accounts of another swarm', async () => {
    const account = await watched();
    const [first] = world.network.nodesOf(account.account);
    const stranger = world.network.members.find(({ swarmId, node }) => {
      const own = world.network.members.find((member) => member.node === first);
      return node !== null && swarmId !== own?.swarmId;
    });
    let other = person();
    while (!world.network.nodesOf(other.account).some((node) => node === stranger?.node)) other = person();
    await watched(other);
    const hash = randomBytes(32).toString('base64').slice(0, 43);
    const [now, later] = [Date.now(), Date.now() + 86_400_000];
    const body = Buffer.concat([
      Buffer.from('d1:@33:'),
      account.account,
      Buffer.from(`1:h43:${hash}1:ni0e1:ti${now}e1:zi${later}ee`),
    ]);
    stranger?.node?.broadcast(body);
    await until(async () => (await reports('not-subscribed')) === 1);
    expect(await world.queued()).toEqual([]);
    first?.broadcast(body);
    await until(async () => (await world.queued()).length === 1);
  });
});

describe('the storage network', () => {
  test('may move an account to another swarm; its new nodes are watched within seconds', async () => {
    const account = await watched();
    const [node] = world.network.nodesOf(account.account);
    const swarm = world.network.oxend.list.get(node?.pubkeyEd25519 ?? '')?.swarmId ?? 0n;
    const into = world.network.swarmIds.find((id) => id !== swarm) ?? 0n;
    world.network.oxend.reshuffle({ action: 'merge', swarm, into });
    await world.network.refresh();
    await until(() => {
      const members = world.network.nodesOf(account.account);
      return members.length > 0 && members.every(({ stats }) => stats.subscriptions > 0);
    });
    expect(world.ledger.events('directory.changed').length).toBeGreaterThan(1);
  });

  test('is taken from the last good list while oxend is silly', async () => {
    const account = await watched();
    for (const mode of ['garbage', 'down'] as const) {
      const outcome = mode === 'garbage' ? 'garbled' : 'http-status';
      world.network.oxend.setMode(mode);
      await until(async () => (await world.metrics.read('push_directory_polls_total', { outcome })) > 0);
    }
    await world.send(account).catch(() => {});
    world.network.oxend.setMode('honest');
    await world.send(account);
    await until(async () => (await world.queued()).length === 1);
    expect(await world.missing()).toEqual([]);
  });
});

describe('without Redis', () => {
  test('subscriptions stand, and what is owed is queued when it is back', async () => {
    const account = await watched();
    await world.redis.stop();
    await until(async () => (await world.missing()).includes('redis'));
    await world.send(account);
    await until(async () => (await world.metrics.read('push_wakeups_owed', {})) === 1);
    expect(subscriptionsAt(world.network, account)).toEqual([1, 1, 1]);
    await world.redis.start();
    await until(async () => (await world.queued()).length === 1);
    expect(await reports('rung')).toBe(1);
    await until(async () => (await world.missing()).length === 0);
  });
});

describe('stopping', () => {
  test('leaves nothing running and logs no fault', async () => {
    await watched();
    const { adminPort } = world.watcher;
    await world.watcher[Symbol.asyncDispose]();
    await expect(fetch(`http://127.0.0.1:${adminPort}/healthz`)).rejects.toBeDefined();
    expect(world.ledger.faults).toEqual([]);
    expect(world.ledger.events('wakeups.lost')).toEqual([]);
  });
});
