import { FCM_DATA, type PushTransport, type Verdict } from '@push/dispatch';
import { type Clock, createLane, systemClock } from '@push/ops';
import { requestBearer } from './bearer-source.ts';
import { EndpointAgent } from './endpoint-agent.ts';
import { verdictOfFailure } from './library-failure.ts';
import { openMessaging } from './messaging.ts';
import type { ServiceAccount } from './service-account.ts';

export interface FcmTransportSettings {
  readonly account: ServiceAccount;
  /** `https:` origin instead of Google's. */
  readonly url: string | null;
  /** OAuth endpoint instead of the one that the account names. */
  readonly tokenUrl: string | null;
  /** PEM of the authority to trust instead of the system's. */
  readonly ca: string | null;
  /** For one message, from the moment it has a place. Default 10 seconds. */
  readonly timeLimitMs?: number;
  /** Messages under way at once, each on a connection of its own; more wait, no longer than the time limit. Default 50. */
  readonly maxConcurrent?: number;
  readonly clock?: Clock;
}

/** Google's own words for the enumeration; the library's types know only the lowercase form it passes on unchanged. */
const HIGH = 'HIGH' as 'high';
const LIFETIME_MS = 4 * 60 * 60 * 1000;

/** FCM over firebase-admin. */
export function createFcmTransport(settings: FcmTransportSettings): PushTransport {
  const { account, url, tokenUrl, ca, timeLimitMs = 10_000, maxConcurrent = 50, clock = systemClock } = settings;
  const agent = new EndpointAgent({ url, ca, maxIdle: maxConcurrent });
  const lane = createLane({ maxConcurrent, timeLimitMs });
  const open = () =>
    openMessaging({
      projectId: account.projectId,
      agent,
      // Messages share the wait for a bearer: whoever asked for it must learn the outcome within his own limit.
      requestBearer: () => requestBearer({ account, tokenUrl, ca, timeLimitMs: timeLimitMs / 2, clock }),
    });
  let current = open();

  const send = async (token: string, signal: AbortSignal): Promise<Verdict> => {
    const used = current;
    const message = { token, data: FCM_DATA, android: { priority: HIGH, ttl: LIFETIME_MS } };
    try {
      await agent.during(signal, () => used.messaging.send(message));
      return { kind: 'done' };
    } catch (error) {
      const { verdict, isBearerRefused } = verdictOfFailure(error, clock.nowMs());
      if (isBearerRefused && used === current) {
        // The library would use a refused bearer until its time is up.
        current = open();
        await used.close();
      }
      return verdict;
    }
  };

  return {
    service: 'firebase',
    send: async ({ token }) => {
      const outcome = await lane.run((signal) => send(Buffer.from(token).toString(), signal));
      return outcome.kind === 'done' ? outcome.value : { kind: 'retry', reason: outcome.kind, afterMs: null };
    },
    [Symbol.asyncDispose]: async () => {
      await lane[Symbol.asyncDispose]();
      await current.close();
      agent.destroy();
    },
  };
}
