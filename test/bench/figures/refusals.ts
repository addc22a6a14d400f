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

const LIMIT = { of: 'medianRatio', most: 0.1 } as const;
const WHERE = [
  ['xchacha20', 600],
  ['aes-gcm', 600],
  ['xchacha20', 50_000],
  ['aes-gcm', 50_000],
] as const;

const sizeOf = (insideBytes: number): string => `${insideBytes.toLocaleString('en')} bytes inside`;

const overHttp = WHERE.map(
  ([cipher, insideBytes]): LatencyFigure => ({
    name: `refusals-${cipher}-${insideBytes}`,
    title: `Onion requests that are refused, over HTTP: ${cipher}, ${sizeOf(insideBytes)}`,
    limit: LIMIT,
    notes: (scale) => [`${triesOf(scale)} tries of each kind over one connection to a relay.`, ...NOTES],
    measure: async (stage, { scale }) => {
      const relay = await stage.app('relay', relayEnvironment(await stage.foundation()));
      const url = `${relay.relayUrl}/oxen/v4/lsrpc`;
      using connections = openConnections(1);
      const onionKey = await onionKeyOf(relay.relayUrl ?? '');
      return await timeAll(refusalsFor({ onionKey, cipher, insideBytes }), triesOf(scale), async (body) => {
        await connections.post(url, body);
      });
    },
  }),
);

const inProcess = WHERE.map(
  ([cipher, insideBytes]): LatencyFigure => ({
    name: `refusals-in-process-${cipher}-${insideBytes}`,
    title: `The same without HTTP, opening and sealing an answer: ${cipher}, ${sizeOf(insideBytes)}`,
    limit: LIMIT,
    notes: (scale) => [`${triesOf(scale)} tries of each kind in this process.`],
    measure: async (_stage, { scale }) => {
      const pair = x25519Pair(randomBytes(32));
      const onionKey = Buffer.from(pair.publicKey).toString('hex');
      const answer = Buffer.alloc(150);
      return timeAll(refusalsFor({ onionKey, cipher, insideBytes }), triesOf(scale), (body) => {
        const { plaintext, sealAnswer } = openOnion([pair], body);
        readInnerRequest(plaintext ?? Buffer.alloc(0));
        sealAnswer(answer);
      });
    },
  }),
);

/** Whether time tells a sender how far a forged request got. */
export const refusals: readonly LatencyFigure[] = [...overHttp, ...inProcess];
