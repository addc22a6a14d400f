import { relayEnvironment } from '../../world/app.ts';
import { onionKeyOf } from '../../world/deployment.ts';
import { fetchServiceNodes, isReachable, type ServiceNode } from '../../stubs/wire/service-nodes.ts';
import type { Contender } from '../contest.ts';
import type { Figure } from '../figure.ts';
import { directRequests, onionRequests, sendAll } from '../single-requests.ts';
import type { Stage } from '../stage.ts';

interface NetworkReady {
  readonly oxendUrl: string;
}

/** The contenders of both figures: a relay that is asked directly, and one that is asked through `path`. */
async function contenders(stage: Stage, seed: string, count: number, path: readonly ServiceNode[]) {
  const relay = await stage.app('relay', relayEnvironment(await stage.foundation()));
  const relayUrl = relay.relayUrl ?? '';
  const onionKey = await onionKeyOf(relayUrl);
  const signedAt = Math.floor(Date.now() / 1_000);
  const contender = (name: string, prepare: (round: number) => ReturnType<typeof directRequests>): Contender => ({
    name,
    process: 'relay',
    run: async (round) => {
      const requests = prepare(round);
      return stage.time(count, () => sendAll(requests));
    },
  });
  const population = (kind: number, round: number) => ({ seed, first: (2 * round + kind) * count, count, signedAt });
  return {
    baselines: [contender('direct', (round) => directRequests(relayUrl, population(0, round)))],
    onion: (name: string) =>
      contender(name, (round) => onionRequests({ relayUrl, onionKey, path }, population(1, round))),
  };
}

export const onionRegistrations: Figure = {
  name: 'onion-registrations',
  title: 'Registrations in onion requests, as the last storage node hands them to a relay with a real Redis',
  unit: 'registrations',
  notes: ({ registrations: count }) => [
    `Each round ${count} accounts register, one in each request, over 8 connections; all are new. Requests are sealed ` +
      'before the clock starts, and answers are opened after it stops.',
    'Baseline: as many requests of the same kind to the same relay over plain HTTP.',
    'The ratio says what opening a request and sealing its answer cost a relay. It says nothing of the way through nodes.',
  ],
  prepare: async (stage, { scale, seed }) => {
    const { baselines, onion } = await contenders(stage, seed, scale.registrations, []);
    return { baselines, product: onion('onion, at the relay') };
  },
};

export const onionPath: Figure = {
  name: 'onion-path',
  title: 'Registrations through three stub storage nodes to a relay with a real Redis',
  unit: 'registrations',
  notes: ({ registrations: count }) => [
    `Each round ${pathCount(count)} accounts register, one in each request, over 8 connections to the first of three stub nodes, ` +
      'which share one process.',
    'Baseline: as many requests of the same kind to the same relay over plain HTTP.',
    'The stub nodes take most of the time; a real path has three machines of its own, and their distances.',
  ],
  prepare: async (stage, { scale, seed }) => {
    const { oxendUrl } = await stage.stub<NetworkReady>('network', ['test/stubs/network/main.ts']);
    const listed = await fetchServiceNodes(oxendUrl, null);
    const usable = listed.kind === 'listed' ? listed.nodes.filter((node) => isReachable(node) && node.omqPort > 1) : [];
    const count = pathCount(scale.registrations);
    const { baselines, onion } = await contenders(stage, seed, count, usable.slice(0, 3));
    return { baselines, product: onion('through three stub nodes') };
  },
};

/** Three nodes in one process take a while. */
const pathCount = (registrations: number): number => Math.ceil(registrations / 4);
