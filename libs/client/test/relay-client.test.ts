import { describe, expect, test } from '@jest/globals';
import { createRelayClient, RelayError, type SubscribeOutcome } from '../src/index.ts';
import { type Answer, carryOut, fakeRelay } from './fake-relay.ts';
import { crowd, person, phone } from './phones.ts';

const subscriptions = (count: number) => crowd(count).map((signer) => ({ signer, namespaces: [0] }));
const failure = async (promise: Promise<unknown>): Promise<RelayError> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelayError);
  return error as RelayError;
};
const answering = (answer: Answer) => createRelayClient({ transport: fakeRelay(() => answer), nowMs: () => 0 });

describe('outcomes', () => {
  test('come in the order of the subscriptions, whatever the others come to', async () => {
    const client = answering({
      body: [
        { success: true, added: true, message: 'registered' },
        { success: true, updated: true, message: 'renewed' },
        ...[1, 2, 3, 4, 5, 9].map((error) => ({ error, message: `number ${error}` })),
      ],
    });
    const refused = (code: string, number: number) => ({ kind: 'refused', code, number, message: `number ${number}` });
    expect(await client.subscribe(subscriptions(8), phone)).toEqual([
      { kind: 'registered', isNew: true },
      { kind: 'registered', isNew: false },
      refused('bad-input', 1),
      refused('unknown-service', 2),
      refused('unavailable', 3),
      refused('refused', 4),
      refused('internal', 5),
      refused('unknown', 9),
    ]);
  });

  test('of unsubscribing say whether there was anything', async () => {
    const client = answering({
      body: [
        { success: true, removed: true },
        { success: true, removed: false },
        { error: 4, message: 'a registration newer than sig_ts exists and stays' },
      ],
    });
    expect(await client.unsubscribe(crowd(3), phone)).toMatchObject([
      { kind: 'removed', wasThere: true },
      { kind: 'removed', wasThere: false },
      { kind: 'refused', code: 'refused', message: 'a registration newer than sig_ts exists and stays' },
    ]);
  });

  test('of nothing are none, and nothing is sent', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    expect([await client.subscribe([], phone), await client.unsubscribe([], phone)]).toEqual([[], []]);
    expect(relay.lists).toEqual([]);
  });
});

describe('a long list', () => {
  test('goes out in parts of at most a hundred, and comes back as one', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const outcomes = await client.subscribe(subscriptions(230), phone);
    expect(relay.lists.map((list) => list.length)).toEqual([100, 100, 30]);
    expect(relay.lists.flat().map((item) => item['pubkey'])).toEqual(crowd(230).map(({ account }) => account));
    expect(outcomes).toHaveLength(230);
  });

  test('of big items goes out in parts that a relay reads, by their size in bytes', async () => {
    const relay = fakeRelay();
    const client = createRelayClient({ transport: relay });
    const device = { service: 'firebase', token: '\u0001'.repeat(999) } as const;
    await client.subscribe(subscriptions(100), device);
    await client.subscribe(subscriptions(100), { service: 'huawei', token: 'ö'.repeat(499) });
    const sizes = relay.requests.map(({ body }) => body.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(98_000);
    expect(Math.min(...sizes.slice(0, 3))).toBeGreaterThan(90_000);
    expect(relay.lists.flat()).toHaveLength(200);
  });

  test('stops at the first part that fails, and tells what is known of each item', async () => {
    const relay = fakeRelay((items, endpoint) =>
      relay.lists.length === 1
        ? carryOut(items, endpoint)
        : { status: 503, body: items.map((_, index) => (index < 2 ? DONE : UNAVAILABLE)) },
    );
    const client = createRelayClient({ transport: relay });
    const { code, items } = await failure(client.subscribe(subscriptions(250), phone));
    expect([code, relay.lists.length, items.length]).toEqual(['overloaded', 2, 250]);
    const kinds = items.map((item) => (item === null ? 'unknown' : item.kind));
    const count = (kind: string): number => kinds.filter((each) => each === kind).length;
    expect([count('registered'), count('refused'), count('unknown')]).toEqual([102, 98, 50]);
    expect(kinds.lastIndexOf('registered')).toBe(101);
  });

  const DONE = { success: true, added: true };
  const UNAVAILABLE = { error: 3, message: 'the request could not be stored; try again later' };
});

const twice = (item: object, ...more: readonly object[]): readonly object[] => [item, item, ...more];

describe('a request that fails as a whole', () => {
  test.each([
    ['30', 30],
    ['0', 0],
    ['999999999', 86_400],
    ['Thu, 01 Jan 1970 00:01:30 GMT', 90],
    ['Wed, 31 Dec 1969 23:59:00 GMT', 0],
    ['soon', null],
    ['-5', null],
  ])('because the relay is overloaded says when to come back: %s', async (header, retryAfterS) => {
    const client = answering({ status: 503, headers: { 'Retry-After': header }, body: { error: 5, message: 'x' } });
    const error = await failure(client.subscribe(subscriptions(2), phone));
    expect(error).toMatchObject({ code: 'overloaded', status: 503, retryAfterS, items: [null, null] });
  });

  test('because a proxy asks for less is overload as well', async () => {
    const error = await failure(answering({ status: 429, body: 'Too Many Requests' }).probe());
    expect(error).toMatchObject({ code: 'overloaded', status: 429, retryAfterS: null });
  });

  test('because it is wrong carries the relay’s number and words', async () => {
    const client = answering({ status: 413, body: { error: 1, message: 'the body must not be larger' } });
    const error = await failure(client.subscribe(subscriptions(1), phone));
    expect(error).toMatchObject({ code: 'rejected', status: 413, number: 1, items: [null] });
    expect(error.message).toBe('the relay rejected the request with status 413: the body must not be larger');
  });

  test.each([403, 404, 408])('with status %i and no relay’s body has neither number nor words', async (status) => {
    const error = await failure(answering({ status, body: '<html>no</html>' }).probe());
    expect(error).toMatchObject({ code: 'rejected', status, number: null });
    expect(error.message).toBe(`the relay rejected the request with status ${status}`);
  });

  test.each([500, 502, 504])('with status %i never reached a relay', async (status) => {
    expect(await failure(answering({ status, body: '' }).probe())).toMatchObject({ code: 'unreachable', status });
  });

  test.each([
    ['is no JSON', { body: '<html>' }],
    ['is empty', { body: '' }],
    ['is no list', { body: { success: true, added: true } }],
    ['has an item too few', { body: [{ success: true, added: true }] }],
    ['has an item too many', { body: twice({ success: true, added: true }, { success: true, added: true }) }],
    ['has an item that is nothing', { body: [null, null] }],
    ['has an item that is a list', { body: [[], []] }],
    ['has a success without a kind', { body: twice({ success: true }) }],
    ['has the success of another request', { body: twice({ success: true, removed: true }) }],
    ['has an error that is no number', { body: twice({ error: 'four', message: 'x' }) }],
    ['is nested without end', { body: '['.repeat(200_000) }],
    ['has status 204', { status: 204, body: '' }],
    ['has status 302', { status: 302, body: '' }],
  ])('because the answer %s is unreadable', async (_, answer) => {
    const error = await failure(answering(answer).subscribe(subscriptions(2), phone));
    expect(error).toMatchObject({ code: 'unreadable', items: [null, null] });
  });
});

describe('a probe', () => {
  test('sends an empty list and is content with an empty list', async () => {
    const relay = fakeRelay();
    await createRelayClient({ transport: relay }).probe();
    expect(relay.lists).toEqual([[]]);
  });

  test('does not take something else for a relay', async () => {
    for (const body of [{}, [1], 'ok', null]) {
      expect(await failure(answering({ body }).probe())).toMatchObject({ code: 'unreadable' });
    }
  });
});

test('what a signer throws comes through as it is', async () => {
  const locked = new Error('the keystore is locked');
  const signer = { ...person(0), sign: () => Promise.reject(locked) };
  const outcome: Promise<readonly SubscribeOutcome[]> = createRelayClient({ transport: fakeRelay() }).subscribe(
    [{ signer, namespaces: [0] }],
    phone,
  );
  await expect(outcome).rejects.toBe(locked);
});
