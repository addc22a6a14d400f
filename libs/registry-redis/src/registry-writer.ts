import type { UnixMs } from '@push/protocol';
import { closeRedis, connectRedis, reportUnfitServer } from '@push/redis';
import {
  type Admission,
  decideSubscribe,
  decideUnsubscribe,
  type Deregistration,
  encodeDeviceRecord,
  encodeWatchRecord,
  newestOrder,
  openOrder,
  type Order,
  recordExpiry,
  type Registration,
  registrationDay,
  sealOrder,
  type SubscribeOutcome,
  type UnsubscribeOutcome,
} from '@push/registry';
import { freshNonce } from '@push/sealing';
import { watchConnectionRuns } from './connection-runs.ts';
import { createEpochKeeper } from './epoch-keeper.ts';
import { createEventStream } from './event-stream.ts';
import type { RedisRegistryWriter, RegistryWriterOptions } from './options.ts';
import { createPlaceFinder, type Place, type Places } from './registration-places.ts';
import { createRefusalReport } from './refusal-report.ts';
import { createUndertaking, type Step } from './undertaking.ts';
import { createWriteProbe } from './write-probe.ts';

/**
 * Writes registrations, one request of a registration at a time. The order record goes first, so that a request that
 * dies half way is found and repeated; then what is pointed to before what points to it: device, watch, feed. Every
 * write is confirmed before the next is sent, and they are single-key commands, so that Redis Cluster serves as well.
 */
export function createRegistryWriter(options: RegistryWriterOptions): RedisRegistryWriter {
  const { settings, ledger, metrics, clock, rings, onUp } = options;
  const connection = connectRedis({
    settings,
    use: 'batch',
    ledger,
    onUp: (isUp) => (isUp ? probe.ask() : onUp?.(false)),
  });
  const probe = createWriteProbe({
    connection,
    onAnswer: (isWritable) => onUp?.(isWritable),
    onRefusal: createRefusalReport(ledger),
  });
  reportUnfitServer(connection, ledger);
  const epochs = createEpochKeeper({ connection, clock, recipients: rings });
  const runs = watchConnectionRuns(connection, () => void epochs.startNewEpochs());
  const feed = createEventStream({ connection, name: 'feed', field: 'w', now: () => clock.nowMs() });
  const findPlaces = createPlaceFinder(rings.index, () => clock.nowMs());
  const undertake = createUndertaking({ connection, runs, ledger, metrics });
  const now = (): UnixMs => clock.nowMs() as UnixMs;

  /** Of the place that is written to, then of the others in their order. */
  const readOrders = (step: Step, { own, others }: Places): Promise<(Order | null)[]> =>
    step(() => Promise.all([own, ...others].map((place) => readOrderAt(place))));
  const readOrderAt = async ({ order, orderSeal }: Place): Promise<Order | null> => {
    const value = await connection.getBuffer(order);
    return value === null ? null : openOrder(orderSeal, order, value);
  };
  const put = (name: string, value: Uint8Array, expiresAtMs: UnixMs): Promise<unknown> =>
    connection.set(name, Buffer.from(value), 'PXAT', expiresAtMs);
  const writeOrder = ({ order, orderId, orderSeal }: Place, value: Order): Promise<unknown> =>
    put(order, sealOrder(orderSeal, order, value, freshNonce()), recordExpiry(orderId, value.stamp, now()));

  /** Deletes what watchers and dispatchers see of a place, and tells them; true if anything was there. */
  const clear = async (step: Step, place: Place): Promise<boolean> => {
    const watches = await step(() => connection.del(place.watch));
    const devices = await step(() => connection.del(place.device));
    await step(() => feed.append(place.watchId));
    return watches + devices > 0;
  };

  /** Clears what an older index key named; its order record last, so that a crash leaves the work to be found. */
  const moveFrom = async (step: Step, place: Place): Promise<boolean> => {
    const wasThere = await clear(step, place);
    await step(() => connection.del(place.order));
    return wasThere;
  };

  const subscribe = (registration: Registration, admits = anything): Promise<SubscribeOutcome> => {
    const { request, service, token, polls } = registration;
    const stamp = request.signedAt;
    const places = findPlaces(service, request.account, token);
    const { own, others } = places;
    const registeredOn = registrationDay(stamp, now());
    const deviceRecord = encodeDeviceRecord({ service, token, tokenKind: 'token', registeredOn });
    const watchRecord = encodeWatchRecord({ request, service, deviceId: own.deviceId, polls });
    return undertake({ leaseName: own.lease, stamp }, async (step) => {
      const [ownOrder = null, ...otherOrders] = await readOrders(step, places);
      const decision = decideSubscribe(newestOrder([ownOrder, ...otherOrders]), stamp);
      if (decision.kind === 'leave') return decision.outcome;
      if (decision.outcome === 'added' && !admits()) return 'not-admitted';
      const device = epochs.seal('device', own.device, deviceRecord);
      const watch = epochs.seal('watch', own.watch, watchRecord);
      await step(() => Promise.all([device.epochStored(), watch.epochStored()]));
      await step(() => writeOrder(own, { state: 'live', stamp }));
      await step(() => put(own.device, device.value, recordExpiry(own.deviceId, stamp, now())));
      await step(() => put(own.watch, watch.value, recordExpiry(own.watchId, stamp, now())));
      await step(() => feed.append(own.watchId));
      const leftovers = others.filter((_, i) => otherOrders[i] !== null);
      for (const place of leftovers) await moveFrom(step, place);
      return decision.outcome;
    });
  };

  const unsubscribe = ({ request, service, token }: Deregistration, admits = anything): Promise<UnsubscribeOutcome> => {
    const stamp = request.signedAt;
    const places = findPlaces(service, request.account, token);
    const { own, others } = places;
    return undertake({ leaseName: own.lease, stamp }, async (step) => {
      const decision = decideUnsubscribe(newestOrder(await readOrders(step, places)), stamp);
      if (decision.kind === 'leave') return decision.outcome;
      if (!decision.wasLive && !admits()) return 'not-admitted';
      await step(() => writeOrder(own, { state: 'gone', stamp }));
      let wasThere = await clear(step, own);
      for (const place of others) wasThere = (await moveFrom(step, place)) || wasThere;
      return decision.wasLive || wasThere ? 'removed' : 'nothing-there';
    });
  };

  return {
    subscribe,
    unsubscribe,
    [Symbol.asyncDispose]: async () => {
      probe[Symbol.dispose]();
      feed[Symbol.dispose]();
      epochs[Symbol.dispose]();
      await closeRedis(connection);
    },
  };
}

const anything: Admission = () => true;
