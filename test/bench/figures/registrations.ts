import { relayEnvironment } from '../../world/app.ts';
import type { Figure } from '../figure.ts';
import { phonesAt, registerAll, relayBodies } from '../population.ts';

/** So often is each signature verified in a round: it is soon done, and the clock should run for about a second. */
const TIMES = 3;

export const registrations: Figure = {
  name: 'registrations',
  title: 'Registrations: POST /subscribe of a relay with a real Redis',
  unit: 'registrations',
  notes: ({ registrations: count }) => [
    `Each round ${count} accounts register their first device, in arrays of 100 over 4 connections; all are new.`,
    `Baseline: the same ${count} signatures, each ${TIMES} times, with node:crypto verify in a loop in one process; the ` +
      'public key is imported from JWK for each signature, as the relay does, since each is of another account.',
    'The ratio says how much of what one core could verify the relay gets done. Beside one verification a registration ' +
      'takes JSON, the check that the key belongs to the account (an X25519 operation), ids, two sealed records and ' +
      'seven commands to Redis.',
    'It says nothing of registrations through onion requests, of renewals, or of several relays.',
  ],
  prepare: async (stage, { scale, seed }) => {
    const foundation = await stage.foundation();
    const relay = await stage.app('relay', relayEnvironment(foundation));
    const verifier = await stage.helper('verifier');
    const count = scale.registrations;
    const signedAt = Math.floor(Date.now() / 1_000);
    return {
      baselines: [
        {
          name: 'bare Ed25519 verification',
          process: 'verifier',
          run: async (round) => {
            await verifier.order('prepare', { seed, first: round * count, count, signedAt });
            return stage.time(count * TIMES, () => verifier.order('verify', { times: TIMES }));
          },
        },
      ],
      product: {
        name: 'relay',
        process: 'relay',
        run: async (round) => {
          const bodies = relayBodies(phonesAt(seed, round * count, count), signedAt);
          return stage.time(count, () => registerAll(relay.relayUrl ?? '', bodies));
        },
      },
    };
  },
};
