import { openOnion, readInnerRequest, x25519Pair } from '@push/protocol';
import { randomBytes } from 'node:crypto';
import { relayEnvironment } from '../../world/app.ts';
import { onionKeyOf } from '../../world/deployment.ts';
import type { Scale } from '../figure.ts';
import type { LatencyFigure, Series } from '../latency.ts';
import { type Refusal, refusalsFor } from '../onion-refusals.ts';
import { openConnections } from '../single-requests.ts';

/** For the just-in-time compiler, before anything counts. */
const WARM_UP_SHARE = 0.25;

const triesOf = ({ rounds }: Scale): number => 400 * rounds;

/** Tries every kind so often, in an order that is drawn anew each time, so that no kind has the better moments. */
async function timeAll(
  refusals: readonly Refusal[],
  tries: number,
  attempt: (body: Buffer) => Promise<void> | void,
): Promise<readonly Series[]> {
  const series = refusals.map(({ name }) => ({ name, millis: [] as number[] }));
  const warmUp = Math.ceil(tries * WARM_UP_SHARE);
  for (let i = -warmUp; i < tries; i++) {
    for (const index of shuffled(refusals.length)) {
      const body = refusals[index]?.make() ?? Buffer.alloc(0);
      const began = performance.now();
      await attempt(body);
      if (i >= 0) series[index]?.millis.push(performance.now() - began);
    }
  }
  return series;
}

function shuffled(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => ({ index, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ index }) => index);
}

const NOTES = [
  'Kinds take turns in an order drawn anew each time. Ratios are to the first kind: equal medians mean that time does not ' +
    'tell how far a request got.',
  'An element too many was opened, which only its sender can bring about, and is answered inside; all others were not opened.',
];

export const refusalsOverHttp: LatencyFigure = {
  name: 'refusals',
  title: 'Onion requests that are refused: from the first byte of the request to the last of the answer, over HTTP',
  notes: (scale) => [`${triesOf(scale)} tries of each kind over one connection to a relay.`, ...NOTES],
  measure: async (stage, { scale }) => {
    const relay = await stage.app('relay', relayEnvironment(await stage.foundation()));
    const url = `${relay.relayUrl}/oxen/v4/lsrpc`;
    using connections = openConnections(1);
    const refusals = refusalsFor(await onionKeyOf(relay.relayUrl ?? ''));
    return await timeAll(refusals, triesOf(scale), async (body) => {
      await connections.post(url, body);
    });
  },
};

export const refusalsInProcess: LatencyFigure = {
  name: 'refusals-in-process',
  title: 'The same, without HTTP: opening, reading what is inside, and sealing an answer',
  notes: (scale) => [`${triesOf(scale)} tries of each kind in this process.`, ...NOTES],
  measure: async (_stage, { scale }) => {
    const pair = x25519Pair(randomBytes(32));
    const answer = Buffer.alloc(150);
    return timeAll(refusalsFor(Buffer.from(pair.publicKey).toString('hex')), triesOf(scale), (body) => {
      const { plaintext, sealAnswer } = openOnion([pair], body);
      readInnerRequest(plaintext ?? Buffer.alloc(0));
      sealAnswer(answer);
    });
  },
};
