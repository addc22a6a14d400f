import { setTimeout as delay } from 'node:timers/promises';
import { type RelayAnswer, type RelayRoute, subscribeRequest } from '../../test/stubs/client/registration.ts';
import { pathOf } from '../../test/stubs/client/onion-path.ts';
import type { ServiceNode } from '../../test/stubs/wire/service-nodes.ts';
import { metricOf } from '../../test/world/app.ts';
import { waitForWakeup, type Wakeup } from '../../test/stubs/client/wakeup.ts';
import type { Cast, Phone } from './cast.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';

/** What the story left behind for the summary and the search. */
export interface Outcome {
  /** From handing a message to the swarm until the provider had accepted the wakeup, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** From the relay's answer until every storage node concerned had confirmed, in milliseconds. */
  readonly watchedAfterMs: readonly number[];
  readonly texts: readonly string[];
  /** The seconds in which signatures were made. */
  readonly fromS: number;
  readonly toS: number;
}

const WAKEUP_WITHIN_MS = 15_000;
const READ_WITHIN_MS = 3_000;
const REGISTERED_WITHIN_MS = 5_000;
/** Longer than any wakeup of this story takes: after it, silence means that none was sent. */
const SILENCE_MS = 1_500;

/** Tells the whole story; throws with the reason when it goes another way. */
export async function tell(scene: Scene, cast: Cast, timeline: Timeline): Promise<Outcome> {
  const { alice, bob, group, carol } = cast;
  const { network, door, onionKey } = scene;
  const alreadyWatched = await confirmations(scene);
  const mailboxes = new Set<string>();
  const fromS = Math.floor(Date.now() / 1000);
  const texts: string[] = [];
  const latenciesMs: number[] = [];
  const watchedAfterMs: number[] = [];
  const lastSeq = new Map<Phone, number>();

  const register = async (phone: Phone, path: readonly ServiceNode[]): Promise<void> => {
    const isDirect = path.length === 0;
    timeline.event(
      `${phone.owner}'s phone`,
      `registers with the relay, ${isDirect ? 'straight' : 'through three storage nodes'}: the own mailbox and the group's, in one request`,
    );
    const before = await arrivals(scene);
    const route: RelayRoute = isDirect ? door.url : { relayUrl: door.url, onionKey, path, encType: 'xchacha20' };
    const answers = await phone.client.register(route, phone.device);
    const answeredAt = performance.now();
    for (const answer of answers) if (!('success' in answer)) throw new Error(`the relay refused: ${answer.message}`);
    timeline.event('relay', answers.map((answer) => ('added' in answer ? 'added' : 'updated')).join(', '));
    timeline.knows('relay', 'saw account and push token for a moment, and keeps neither: searched for below');
    timeline.knows('doorkeeper', await whoCame(scene, before, path.at(-1) ?? null));
    // Nodes count a mailbox once, however many phones read it.
    mailboxes.add(phone.account.sessionId).add(group.groupId);
    const nodesPerSwarm = network.nodes.length / new Set(network.nodes.map(({ swarm }) => swarm)).size;
    const tookMs = await until(
      async () => (await confirmations(scene)) - alreadyWatched >= mailboxes.size * nodesPerSwarm,
      answeredAt,
      REGISTERED_WITHIN_MS,
      `${phone.owner}'s mailboxes were not watched in time`,
    );
    watchedAfterMs.push(tookMs);
    timeline.event('storage nodes', `confirmed both mailboxes, ${tookMs.toFixed(0)} ms after the relay's answer`);
    timeline.knows('swarm-watcher', 'knows two accounts and an opaque device id for each; no push token');
  };

  const wake = async (phone: Phone, sent: Sent): Promise<void> => {
    const wakeup = await waitForWakeup(phone.controlUrl, phone.device.token, {
      after: lastSeq.get(phone) ?? 0,
      timeoutMs: WAKEUP_WITHIN_MS,
    });
    if (wakeup === null) throw new Error(`no wakeup reached ${phone.owner}'s ${phone.what}`);
    lastSeq.set(phone, wakeup.seq);
    const latencyMs = wakeup.receivedAtMs - sent.atMs;
    if (sent.isTimed) latenciesMs.push(latencyMs);
    timeline.event(
      providerOf(phone),
      `accepted a wakeup for ${phone.owner}'s ${phone.what}, ${latencyMs} ms after the message was handed in`,
    );
    timeline.knows(
      providerOf(phone),
      `learnt a push token and the time; the payload is the same ${wakeup.payload.length}-byte constant as always`,
    );
    await read(phone, sent.text, wakeup);
  };

  const read = async (phone: Phone, text: string, wakeup: Wakeup): Promise<void> => {
    if (wakeup.payload.includes(text)) throw new Error('a wakeup carried a message');
    // The member it asks may get the message from its sibling a moment later than the one that reported it.
    const isThere = async (): Promise<boolean> =>
      (await phone.client.poll()).some(({ message }) => message?.text === text);
    await until(isThere, performance.now(), READ_WITHIN_MS, `${phone.owner} did not find the message in the swarm`);
    timeline.event(`${phone.owner}'s phone`, `polled its swarm, opened the message and reads: "${text}"`);
  };

  const send = async (to: string, text: string, isTimed: boolean, deposit: () => Promise<string>): Promise<Sent> => {
    texts.push(text);
    const atMs = Date.now();
    await deposit();
    timeline.event('Carol', `leaves an encrypted message for ${to} in its swarm`);
    timeline.knows('dispatcher', 'gets a job: an opaque device id, a minute, "urgent"');
    return { text, atMs, isTimed };
  };

  timeline.title('Two phones register, one of them unseen; a new registration is watched without a restart');
  timeline.restart();
  await register(alice, []);
  await register(bob, await pathOf({ relayUrl: door.url, onionKey, oxendUrl: network.oxendUrl }));

  timeline.title('A message for each');
  for (const [phone, text] of [
    [alice, 'Alice, are you awake now?'],
    [bob, 'Bob, the kettle is on.'],
  ] as const) {
    await wake(phone, await send(phone.owner, text, true, () => carol.send(phone.account.sessionId, text)));
  }

  timeline.title(
    'A message for the group: both phones, each after up to five seconds, so that nobody sees who belongs together',
  );
  const text = 'Everybody: seven o’clock at the harbour.';
  const sent = await send('the group', text, false, () => carol.sendToGroup(group, text));
  await Promise.all([wake(alice, sent), wake(bob, sent)]);

  timeline.title('What must not ring');
  await carol.send(alice.account.sessionId, 'typing', { ttlMs: 20_000 });
  timeline.event('Carol', 'types: an indicator that lives 20 seconds is stored for Alice');
  await staysSilent(alice, lastSeq.get(alice) ?? 0);
  timeline.event('swarm-watcher', 'saw it and sent nothing on');

  const signedAt = Math.floor(Date.now() / 1000);
  const replayed = subscribeRequest(alice.account, alice.device, { namespaces: alice.namespaces, signedAt });
  const first = await post(door.url, 'subscribe', replayed);
  if (!('updated' in first)) throw new Error('an equal request was not taken as a renewal');
  await alice.client.unregister(door.url, alice.device);
  timeline.event("Alice's phone", 'leaves fast mode: both mailboxes unregistered');
  const replay = await post(door.url, 'subscribe', replayed);
  if (!('error' in replay)) throw new Error('a replayed registration came back to life');
  timeline.event(
    'somebody',
    `sends Alice's old registration of second ${signedAt} again: refused with error ${replay.error}`,
  );
  const unseen = 'Alice, this one waits until you look.';
  texts.push(unseen);
  await until(
    async () => {
      const after = lastSeq.get(alice) ?? 0;
      await carol.send(alice.account.sessionId, unseen);
      const wakeup = await waitForWakeup(alice.controlUrl, alice.device.token, { after, timeoutMs: SILENCE_MS });
      lastSeq.set(alice, wakeup?.seq ?? after);
      return wakeup === null;
    },
    performance.now(),
    REGISTERED_WITHIN_MS,
    'messages still ring after Alice has left fast mode',
  );
  timeline.event('APNs', 'was told nothing of the next message');
  return { latenciesMs, watchedAfterMs, texts, fromS, toS: Math.floor(Date.now() / 1000) };
}

interface Sent {
  readonly text: string;
  readonly atMs: number;
  /** Whether its latency counts: group messages are held back on purpose. */
  readonly isTimed: boolean;
}

const providerOf = (phone: Phone): string => (phone.device.service === 'apns' ? 'APNs' : 'FCM');

/** How often somebody came to the relay: connections at its door, and what it counted itself, where that can be asked. */
interface Arrivals {
  readonly visitors: number;
  readonly requests: number;
  readonly onions: number;
}

async function arrivals({ door, relayAdminUrl }: Scene): Promise<Arrivals> {
  const count = async (name: string): Promise<number> =>
    relayAdminUrl === null ? 0 : metricOf({ adminUrl: relayAdminUrl }, name);
  return {
    visitors: door.visitors.length,
    requests: await count('push_relay_request_seconds_count'),
    onions: await count('push_relay_onion_requests_total'),
  };
}

/** Who brought the one request since `before`: the phone itself, or `exit`. Throws when it was not so. */
async function whoCame(scene: Scene, before: Arrivals, exit: ServiceNode | null): Promise<string> {
  const { door, network, relayAdminUrl } = scene;
  const [visitor, ...others] = door.visitors.slice(before.visitors);
  if (visitor === undefined || others.length > 0) throw new Error('a registration did not come as one connection');
  const now = await arrivals(scene);
  const counted = [now.requests - before.requests, now.onions - before.onions];
  const expected = relayAdminUrl === null ? [0, 0] : [1, exit === null ? 0 : 1];
  if (String(counted) !== String(expected)) throw new Error('the relay counted other requests than came to its door');
  const claims = await Promise.all(
    network.nodes.map(async ({ controlUrl, pubkeyEd25519 }) => {
      const stats = (await (await fetch(`${controlUrl}/stats`)).json()) as NodeOnionStats;
      return stats.onion.connections.includes(visitor) ? [pubkeyEd25519] : [];
    }),
  );
  if (String(claims.flat()) !== (exit?.pubkeyEd25519 ?? ''))
    throw new Error('a request came from somebody else than it should');
  if (exit === null) return `noted one connection to the relay, from ${visitor}: the phone's own`;
  return (
    `noted one connection to the relay, from ${visitor}: node ${exit.pubkeyEd25519.slice(0, 8)}, the last of the path, says that it ` +
    'opened it'
  );
}

interface NodeOnionStats {
  readonly onion: { readonly connections: readonly string[] };
}

/** Subscriptions that storage nodes hold, all nodes together, as the nodes tell it. */
async function confirmations({ network }: Scene): Promise<number> {
  const stats = await Promise.all(
    network.nodes.map(
      async ({ controlUrl }) => (await fetch(`${controlUrl}/stats`)).json() as Promise<{ subscriptions: number }>,
    ),
  );
  return stats.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
}

/** Asks until it is so; returns the milliseconds since `sinceMs`. */
async function until(
  isSo: () => Promise<boolean>,
  sinceMs: number,
  withinMs: number,
  otherwise: string,
): Promise<number> {
  while (performance.now() - sinceMs < withinMs) {
    if (await isSo()) return performance.now() - sinceMs;
    await delay(10);
  }
  throw new Error(otherwise);
}

async function staysSilent(phone: Phone, after: number): Promise<void> {
  const wakeup = await waitForWakeup(phone.controlUrl, phone.device.token, { after, timeoutMs: SILENCE_MS });
  if (wakeup !== null) throw new Error(`${phone.owner}'s phone was woken for nothing`);
}

async function post(relayUrl: string, action: string, body: unknown): Promise<RelayAnswer> {
  const response = await fetch(`${relayUrl}/${action}`, { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as RelayAnswer;
}
