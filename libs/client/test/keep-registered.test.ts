import { describe, expect, test } from '@jest/globals';
import {
  createRelayClient,
  type Device,
  keepRegistered,
  type KeepRegisteredOptions,
  RelayError,
  type RenewalState,
  type Subscription,
  type Transport,
} from '../src/index.ts';
import { carryOut, type FakeRelay, fakeRelay } from './fake-relay.ts';
import { person, phone } from './phones.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_763_769_600_000;

interface App {
  device: Device;
  subscriptions: readonly Subscription[];
  /** What was stored last, as JSON. */
  stored: string;
  readonly saved: RenewalState[];
  /** Time from the start of each request, in ms. */
  readonly askedAtMs: number[];
}

/** Runs the loop on a clock of its own for `hours`; `during` is called whenever the loop waits. */
async function live(
  relay: Transport,
  hours: number,
  during: (app: App, sinceStartMs: number) => void = () => {},
  options: Partial<KeepRegisteredOptions> = {},
): Promise<App> {
  let nowMs = START;
  const controller = new AbortController();
  const app: App = {
    device: phone,
    subscriptions: [{ signer: person(0), namespaces: [0] }],
    stored: 'null',
    saved: [],
    askedAtMs: [],
  };
  const timed: Transport = {
    send: (request) => {
      app.askedAtMs.push(nowMs - START);
      return relay.send(request);
    },
  };
  await keepRegistered({
    client: createRelayClient({ transport: timed, nowMs: () => nowMs }),
    subscriptions: () => app.subscriptions,
    device: () => Promise.resolve(app.device),
    state: null,
    save: (state) => {
      app.saved.push(state);
      app.stored = JSON.stringify(state);
    },
    wait: (delayMs, signal) => {
      expect(signal).toBe(controller.signal);
      const before = JSON.stringify([app.device, app.subscriptions.length]);
      during(app, nowMs - START);
      // A change cuts the wait short, as an app would.
      if (before === JSON.stringify([app.device, app.subscriptions.length])) nowMs += delayMs;
      if (nowMs - START >= hours * HOUR) controller.abort();
      return Promise.resolve();
    },
    signal: controller.signal,
    nowMs: () => nowMs,
    random: () => 0.5,
    ...options,
  });
  return app;
}

const failing = (error: RelayError): Transport => ({
  send: async () => {
    throw error;
  },
});
const hours = (app: App): number[] => app.askedAtMs.map((ms) => Math.round((ms / HOUR) * 100) / 100);

describe('an app that keeps itself registered', () => {
  test('registers at once, and again every 12 hours and a little', async () => {
    const app = await live(fakeRelay(), 40);
    expect(hours(app)).toEqual([0, 12.6, 25.2, 37.8]);
  });

  test('registers again at once with a new token, and a new group without the rest', async () => {
    const relay: FakeRelay = fakeRelay();
    const app = await live(relay, 5, (self, sinceMs) => {
      if (sinceMs >= 2 * HOUR) self.device = { ...phone, token: 'a new token' };
      if (sinceMs >= 3 * HOUR) {
        self.subscriptions = [...self.subscriptions.slice(0, 1), { signer: person(1), namespaces: [0] }];
      }
    });
    expect(hours(app)).toEqual([0, 2, 3]);
    const told = relay.lists.map((list) =>
      list.map((item) => [item['pubkey'], (item['service_info'] as { readonly token: string }).token]),
    );
    expect(told).toEqual([
      [[person(0).account, phone.token]],
      [[person(0).account, 'a new token']],
      [[person(1).account, 'a new token']],
    ]);
  });

  test('does nothing when it is started again too soon, with what it had saved', async () => {
    const first = await live(fakeRelay(), 1);
    const relay = fakeRelay();
    await live(relay, 11, () => {}, { state: JSON.parse(first.stored) as unknown });
    expect(relay.lists).toEqual([]);
    const later = fakeRelay();
    const app = await live(later, 13, () => {}, { state: JSON.parse(first.stored) as unknown });
    expect(hours(app)).toEqual([12.6]);
  });

  test('registers everything when what it had saved cannot be read', async () => {
    expect(hours(await live(fakeRelay(), 1, () => {}, { state: { version: 0 } }))).toEqual([0]);
  });

  test('takes ever longer between attempts while nobody answers, up to half an hour on average', async () => {
    const app = await live(failing(new RelayError('unreachable', 'x')), 3);
    const pauses = app.askedAtMs.map((at, index) => Math.round((at - (app.askedAtMs[index - 1] ?? at)) / 1000));
    expect(pauses).toEqual([0, 16, 31, 61, 121, 241, 481, 961, 1801, 1801, 1801, 1801]);
    expect(app.saved).toHaveLength(app.askedAtMs.length);
  });

  test('waits as long as an overloaded relay asks', async () => {
    const app = await live(failing(new RelayError('overloaded', 'x', { retryAfterS: 7_200 })), 3);
    expect(hours(app)).toEqual([0, 2]);
  });

  test('does not repeat what is refused for good until something changes, though it looks', async () => {
    let looks = 0;
    const relay = fakeRelay((items) => ({ body: items.map(() => ({ error: 2, message: 'not offered here' })) }));
    const app = await live(relay, 100, (self, sinceMs) => {
      looks += 1;
      if (sinceMs >= 50 * HOUR) self.device = { service: 'huawei', token: 'another' };
    });
    expect(hours(app)).toEqual([0, 50]);
    expect(looks).toBeGreaterThanOrEqual(100);
  });

  test('tries again only what failed', async () => {
    const relay: FakeRelay = fakeRelay((items, endpoint) =>
      relay.lists.length > 1
        ? carryOut(items, endpoint)
        : {
            status: 503,
            body: [
              { success: true, added: true },
              { error: 3, message: 'later' },
            ],
          },
    );
    await live(relay, 1, () => {}, {
      subscriptions: [person(0), person(1)].map((signer) => ({ signer, namespaces: [0] })),
    });
    expect(relay.lists.map((list) => list.map((item) => item['pubkey']))).toEqual([
      [person(0).account, person(1).account],
      [person(1).account],
    ]);
  });

  test('reports what each attempt came to', async () => {
    const reports: unknown[] = [];
    await live(fakeRelay(), 1, () => {}, { report: (attempt) => reports.push(attempt) });
    const overloaded = new RelayError('overloaded', 'x', { items: [null], retryAfterS: 7_200 });
    await live(failing(overloaded), 1, () => {}, { report: (attempt) => reports.push(attempt) });
    expect(reports).toMatchObject([
      { outcomes: [{ kind: 'registered', isNew: true }], error: null },
      { outcomes: [null], error: { code: 'overloaded' } },
    ]);
  });

  test('sends nothing while nothing is wanted', async () => {
    const relay = fakeRelay();
    await live(relay, 30, () => {}, { subscriptions: [] });
    expect(relay.lists).toEqual([]);
  });

  test('has bodies sent to the relay only if told so', async () => {
    const relay = fakeRelay();
    await live(relay, 1);
    await live(relay, 1, () => {}, { data: true });
    expect(relay.lists.flat().map((item) => item['data'])).toEqual([false, true]);
  });

  test('ends with what is wrong with its input, or what its signer or storage throws', async () => {
    const bad = { device: { service: 'apns', token: 'short' } as const };
    await expect(live(fakeRelay(), 1, () => {}, bad)).rejects.toMatchObject({ code: 'invalid-input', field: 'token' });
    const full = new Error('the disk is full');
    await expect(live(fakeRelay(), 1, () => {}, { save: () => Promise.reject(full) })).rejects.toBe(full);
  });

  test('does not begin when it was ended before', async () => {
    const relay = fakeRelay();
    await live(relay, 1, () => {}, { signal: AbortSignal.abort() });
    expect(relay.lists).toEqual([]);
  });
});

test('the timer it waits with by itself ends with the signal', async () => {
  const controller = new AbortController();
  const relay = fakeRelay();
  await keepRegistered({
    client: createRelayClient({ transport: relay }),
    subscriptions: [{ signer: person(0), namespaces: [0] }],
    device: phone,
    state: null,
    save: () => {
      setImmediate(() => controller.abort());
    },
    signal: controller.signal,
  });
  expect(relay.lists).toHaveLength(1);
});
