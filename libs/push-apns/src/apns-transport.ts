import type { ProviderOptions } from '@parse/node-apn';
import { APNS_PAYLOAD, type PushTransport } from '@push/dispatch';
import { createLane } from '@push/ops';
import { openApnsConnection } from './apns-connection.ts';
import { verdictOf } from './verdict.ts';

export type ApnsCredentials =
  /** A signing key of the developer account: PEM of the `.p8` file, and the ids of key and team. */
  | { readonly kind: 'token'; readonly key: string; readonly keyId: string; readonly teamId: string }
  /** A push certificate and its key, both PEM. */
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string };

export interface ApnsTransportSettings {
  readonly service: 'apns' | 'apns-sandbox';
  readonly credentials: ApnsCredentials;
  /** The app's bundle id. */
  readonly topic: string;
  /** `https:` origin instead of Apple's. */
  readonly url: string | null;
  /** PEM of the authority to trust instead of the system's. */
  readonly ca: string | null;
  /** For one push, from the moment it has a place. Default 10 seconds. */
  readonly timeLimitMs?: number;
  /** Pushes under way at once; more wait, no longer than the time limit. Default 100. */
  readonly maxConcurrent?: number;
}

/** Serialised anew by the library for each push, always to the same bytes. */
const PAYLOAD: unknown = JSON.parse(APNS_PAYLOAD);

/** APNs over @parse/node-apn. Throws when the credentials cannot be used at all. */
export function createApnsTransport(settings: ApnsTransportSettings): PushTransport {
  const { service, topic, timeLimitMs = 10_000, maxConcurrent = 100 } = settings;
  const connection = openApnsConnection(libraryOptions(settings, timeLimitMs));
  const lane = createLane({ maxConcurrent, timeLimitMs });
  return {
    service,
    send: async (request) => {
      const outcome = await lane.run(async (signal) => {
        const startedAtMs = performance.now();
        signal.addEventListener('abort', () => connection.replaceIfSilent(startedAtMs), { once: true });
        return verdictOf(await connection.push(request, { topic, payload: PAYLOAD }));
      });
      return outcome.kind === 'done' ? outcome.value : { kind: 'retry', reason: outcome.kind, afterMs: null };
    },
    [Symbol.asyncDispose]: async () => {
      await lane[Symbol.asyncDispose]();
      await connection.close();
    },
  };
}

function libraryOptions(settings: ApnsTransportSettings, timeLimitMs: number): ProviderOptions {
  const { service, credentials, url, ca } = settings;
  const endpoint = url === null ? null : new URL(url);
  return {
    ...(credentials.kind === 'token'
      ? { token: { key: credentials.key, keyId: credentials.keyId, teamId: credentials.teamId } }
      : { cert: credentials.certificate, key: credentials.key }),
    ...(endpoint === null ? {} : { address: endpoint.hostname, port: Number(endpoint.port || 443) }),
    ...(ca === null ? {} : { ca: [ca] }),
    production: service === 'apns',
    // Retrying is the queue's business: in here it would happen at once, unseen, and against Retry-After.
    connectionRetryLimit: 0,
    requestTimeout: timeLimitMs,
  };
}
