import { setTimeout as wait } from 'node:timers/promises';
import { relayEnvironment } from '../../world/app.ts';
import type { LatencyFigure } from '../latency.ts';
import { directRequests, openConnections } from '../single-requests.ts';
import { untilCounted } from '../until-counted.ts';

const SLOW_SENDERS = 200;
const HUGE_SENDERS = 8;
/** So that a client is no load of its own. */
const PAUSE_MS = 10;

export const siege: LatencyFigure = {
  name: 'siege',
  title: 'A registration while others misuse the relay: from the request to its answer',
  notes: ({ rounds }) => [
    `${100 * rounds} new registrations by one client, one after another, in turns without and with the siege: ${SLOW_SENDERS} senders that drip a ` +
      `byte each quarter of a second and ${HUGE_SENDERS} that send 50 MB each, again and again, from another process.`,
    'Client, besieger, relay and Redis share the cores of this machine.',
  ],
  limit: { of: 'p99Ms', most: 300 },
  measure: async (stage, { scale, seed }) => {
    const relay = await stage.app('relay', relayEnvironment(await stage.foundation()));
    const besieger = await stage.helper('besieger');
    const relayUrl = relay.relayUrl ?? '';
    const port = Number(new URL(relayUrl).port);
    const signedAt = Math.floor(Date.now() / 1_000);
    let first = 0;
    const register = async (millis: number[], count: number): Promise<void> => {
      using connections = openConnections(1);
      for (const { url, body, isAdded } of directRequests(relayUrl, { seed, first, count, signedAt })) {
        const began = performance.now();
        const answer = await connections.post(url, body);
        millis.push(performance.now() - began);
        if (!isAdded(answer)) throw new Error('the relay did not take a registration');
        await wait(PAUSE_MS);
      }
      first += count;
    };
    const [quiet, besieged]: [number[], number[]] = [[], []];
    await register([], 100);
    for (let round = 0; round < scale.rounds; round++) {
      await register(quiet, 100);
      await besieger.order('begin', { port, slow: SLOW_SENDERS, huge: HUGE_SENDERS });
      await untilCounted({ adminUrl: besieger.adminUrl, metric: 'open' }, 0, SLOW_SENDERS);
      await register(besieged, 100);
      await besieger.order('end');
    }
    return [
      { name: 'in peace', millis: quiet },
      { name: 'under siege', millis: besieged },
    ];
  },
};
