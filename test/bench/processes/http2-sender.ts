/**
 * The bare sender: the wakeup's bytes and headers over node:http2 to the APNs that the `APNS_…` variables name. Orders:
 * `connect {tokens, concurrency}`, then `send`: one push to each token.
 */
import { randomUUID } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { APNS_PAYLOAD } from '@push/dispatch';
import { connectTo, providerToken, request } from '../../stubs/apns/apns-client.ts';
import { serveOrders } from './serve-orders.ts';

const { APNS_URL = '', APNS_CA_FILE = '', APNS_KEY_FILE = '', APNS_KEY_ID, APNS_TEAM_ID, APNS_TOPIC } = process.env;
const DAY_S = 86_400;

interface Target {
  readonly session: ClientHttp2Session;
  readonly authorization: string;
  readonly tokens: readonly string[];
  readonly concurrency: number;
}

async function push({ session, authorization }: Target, token: string, expiresAtS: number): Promise<void> {
  const headers = {
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    authorization,
    'apns-topic': APNS_TOPIC,
    'apns-push-type': 'alert',
    'apns-priority': 10,
    'apns-expiration': expiresAtS,
    'apns-collapse-id': 'wakeup',
    'apns-id': randomUUID(),
  };
  const { status } = await request(session, headers, APNS_PAYLOAD);
  if (status !== 200) throw new Error(`the provider answered ${status}`);
}

let target: Target | null = null;

await serveOrders(async () => ({
  orders: {
    connect: async ({ tokens, concurrency }: { tokens: readonly string[]; concurrency: number }) => {
      const nowS = Math.floor(Date.now() / 1_000);
      const authorization = providerToken(
        APNS_KEY_FILE,
        { alg: 'ES256', kid: APNS_KEY_ID },
        { iss: APNS_TEAM_ID, iat: nowS },
      );
      target = { session: await connectTo(APNS_URL, APNS_CA_FILE), authorization, tokens, concurrency };
      // One stream is allowed until a credential was accepted.
      await push(target, tokens[0] ?? '', nowS + DAY_S);
    },
    send: async () => {
      const connected = target;
      if (connected === null) throw new Error('not connected');
      const expiresAtS = Math.floor(Date.now() / 1_000) + DAY_S;
      const waiting = connected.tokens.values();
      const stream = async (): Promise<void> => {
        for (const token of waiting) await push(connected, token, expiresAtS);
      };
      await Promise.all(Array.from({ length: connected.concurrency }, stream));
    },
  },
  [Symbol.asyncDispose]: async () => target?.session.destroy(),
}));
