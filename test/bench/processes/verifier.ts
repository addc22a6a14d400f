/**
 * Bare verification of the signatures of registrations. Orders: `prepare {seed, first, count, signedAt}`, then
 * `verify {times}`: each signature so often.
 */
import { createPublicKey, verify } from 'node:crypto';
import { monitorString } from '../../stubs/wire/signed-strings.ts';
import { NAMESPACES, phonesAt } from '../population.ts';
import { serveOrders } from './serve-orders.ts';

interface Signed {
  readonly key: Buffer;
  readonly message: Buffer;
  readonly signature: Buffer;
}

let signed: readonly Signed[] = [];

/** The key is imported for every signature, as it must be where each comes from another account. */
function isValid({ key, message, signature }: Signed): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
}

await serveOrders(async () => ({
  orders: {
    prepare: async (order: { seed: string; first: number; count: number; signedAt: number }) => {
      signed = phonesAt(order.seed, order.first, order.count).map(({ account }) => {
        const message = Buffer.from(monitorString(account.account, order.signedAt, true, NAMESPACES));
        return { key: account.ed25519.publicKey, message, signature: account.sign(message.toString()) };
      });
    },
    verify: async ({ times }: { times: number }) => {
      for (let i = 0; i < times; i++) if (!signed.every(isValid)) throw new Error('a signature does not verify');
    },
  },
  [Symbol.asyncDispose]: async () => {},
}));
