import { setTimeout as wait } from 'node:timers/promises';
import { relayEnvironment } from '../../world/app.ts';
import type { LatencyFigure, Series } from '../latency.ts';
import type { WeaponName } from '../processes/besieger.ts';
import { directRequests, openConnections } from '../single-requests.ts';
import { countOf, untilCounted } from '../until-counted.ts';

interface Siege {
  readonly name: string;
  readonly senders: Partial<Record<WeaponName, number>>;
}

const SIEGES: readonly Siege[] = [
  { name: '200 slow senders, 8 of 50 MB', senders: { slow: 200, huge: 8 } },
  { name: '4,300 that say nothing', senders: { silent: 4_300 } },
  { name: '30 that never read answers', senders: { pipelined: 30 } },
  { name: '50 with onions nobody opens', senders: { onions: 50 } },
  { name: '50 with lists of nonsense', senders: { nonsense: 50 } },
];
/** So that a client is no load of its own. */
const PAUSE_MS = 10;
const TRIES = 100;

export const siege: LatencyFigure = {
  name: 'siege',
  title: 'A registration while others misuse the relay: from the request to its answer',
  limit: { of: 'p99Ms', most: 300 },
  notes: ({ rounds }) => [
    `${TRIES * rounds} new registrations by one client in each row, one after another, rows in turns. Slow senders drip a byte each ` +
      'quarter of a second; everybody comes again when he is cut off. A registration that is refused fails the figure.',
    'Client, besieger, relay and Redis share the cores of this machine.',
  ],
  measure: async (stage, { scale, seed }) => {
    const relay = await stage.app('relay', relayEnvironment(await stage.foundation()));
    const besieger = await stage.helper('besieger');
    const relayUrl = relay.relayUrl ?? '';
    const port = Number(new URL(relayUrl).port);
    const signedAt = Math.floor(Date.now() / 1_000);
    let first = 0;
    const register = async (): Promise<readonly number[]> => {
      const millis: number[] = [];
      using connections = openConnections(1);
      for (const { url, body, isAdded } of directRequests(relayUrl, { seed, first, count: TRIES, signedAt })) {
        const began = performance.now();
        const answer = await connections.post(url, body);
        millis.push(performance.now() - began);
        if (!isAdded(answer)) throw new Error('the relay did not take a registration');
        await wait(PAUSE_MS);
      }
      first += TRIES;
      return millis;
    };
    const connectionCount = { adminUrl: besieger.adminUrl, metric: 'connections' };
    const peace: number[] = [];
    const besieged = SIEGES.map(({ name }) => ({ name, millis: [] as number[] }));
    await register();
    for (let round = 0; round < scale.rounds; round++) {
      peace.push(...(await register()));
      for (const [index, { senders }] of SIEGES.entries()) {
        const all = Object.values(senders).reduce((sum, count) => sum + count, 0);
        const before = await countOf(connectionCount);
        await besieger.order('begin', { port, senders });
        await untilCounted(connectionCount, before, all);
        besieged[index]?.millis.push(...(await register()));
        await besieger.order('end');
      }
    }
    return [{ name: 'in peace', millis: peace }, ...besieged] satisfies readonly Series[];
  },
};
