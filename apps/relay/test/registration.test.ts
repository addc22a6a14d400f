import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type Fields, createPhone } from './phone.ts';
import { openRelay, type RunningRelay } from './relay-world.ts';

interface Vector {
  readonly name: string;
  readonly now: number;
  readonly expect: 'accept' | 'reject';
  readonly request: Fields;
}

const vectorsOf = (file: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/${file}`, import.meta.url), 'utf8')) as Vector[];
const subscribes = vectorsOf('subscribe.json');
const unsubscribes = vectorsOf('unsubscribe.json');

/** The public number of each refusal in the vectors; 4 where none is named. */
const NUMBERS: { readonly [name: string]: number } = {
  'namespaces not ascending': 1,
  'namespaces duplicated': 1,
  'namespaces empty': 1,
  'namespace out of int16 range': 1,
  'session_ed25519 missing for an 05 account': 1,
  'enc_key of 31 bytes': 1,
  'apns token of the wrong length': 1,
  'unknown service': 2,
  '03 group, subaccount without subaccount_sig': 1,
};

let nowS = 1_763_769_600;
let relay: RunningRelay;
beforeAll(async () => {
  relay = await openRelay({ clock: { nowMs: () => nowS * 1000 } });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
});

describe('a client that subscribes', () => {
  test.each(subscribes)('$name: $expect', async ({ name, now, expect: verdict, request }) => {
    nowS = now;
    const { status, body } = await relay.ask('/subscribe', request);
    const wanted = verdict === 'accept' ? { success: true, added: true } : { error: NUMBERS[name] ?? 4 };
    expect({ status, body }).toEqual({ status: 200, body: { ...wanted, message: expect.any(String) } });
  });

  test('gets an answer for each item of a list, in its order, whatever the others come to', async () => {
    const { status, body } = await relay.ask(
      '/subscribe',
      subscribes.map(({ request }) => request),
    );
    expect(status).toBe(200);
    expect((body as Fields[]).map((answer) => answer['error'] === undefined)).toEqual(
      subscribes.map(({ expect: verdict }) => verdict === 'accept'),
    );
  });

  test('is told that it was added the first time and updated from then on', async () => {
    const phone = createPhone({ nowS: () => nowS });
    const [first, again] = [phone.subscribe(), phone.subscribe({ namespaces: [0], data: false })];
    expect(await relay.ask('/subscribe', first)).toMatchObject({ body: { success: true, added: true } });
    expect(await relay.ask('/subscribe', again)).toMatchObject({ body: { success: true, updated: true } });
    expect((await relay.ask('/subscribe', [first])).body).toMatchObject([{ success: true, updated: true }]);
  });

  test('may repeat itself within one list', async () => {
    const phone = createPhone({ nowS: () => nowS });
    const { body } = await relay.ask('/subscribe', [phone.subscribe(), phone.subscribe(), phone.subscribe()]);
    expect(body).toMatchObject([{ added: true }, { updated: true }, { updated: true }]);
  });

  test('gets an empty list back for an empty list', async () => {
    expect(await relay.ask('/subscribe', [])).toEqual({ status: 200, body: [] });
  });

  test('may list 500 items; more cannot be registrations, and none of them is looked at', async () => {
    const looked = (): Promise<number> =>
      relay.metrics.read('push_relay_registrations_total', { endpoint: 'subscribe', outcome: 'bad-input' });
    const refused = (): Promise<number> =>
      relay.metrics.read('push_relay_unusable_requests_total', { reason: 'too-many-items' });
    const { status, body } = await relay.ask('/subscribe', Array(500).fill(0));
    expect([status, (body as Fields[]).map((answer) => answer['error'])]).toEqual([200, Array(500).fill(1)]);
    const before = await looked();
    for (const count of [501, 49_000]) {
      expect(await relay.ask('/subscribe', Array(count).fill(0))).toEqual({
        status: 400,
        body: { error: 1, message: 'a list must not hold more than 500 requests' },
      });
    }
    expect([await looked(), await refused()]).toEqual([before, 2]);
  });

  test('may call its body what it likes', async () => {
    for (const type of ['application/json', 'text/plain', 'application/octet-stream', 'garbage;;=', '', null]) {
      const response = await fetch(`${relay.url}/subscribe`, {
        method: 'POST',
        body: Buffer.from(JSON.stringify(createPhone({ nowS: () => nowS }).subscribe())),
        headers: type === null ? {} : { 'content-type': type },
      });
      expect([type, response.status]).toEqual([type, 200]);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toMatchObject({ added: true });
    }
  });

  test('may send null for what it leaves out, and fields nobody knows', async () => {
    const fields = createPhone({ nowS: () => nowS }).subscribe({ subaccount: null, subaccount_sig: null, extra: [{}] });
    expect((await relay.ask('/subscribe', fields)).body).toMatchObject({ added: true });
    const group = createPhone({ prefix: '03', nowS: () => nowS }).subscribe({ session_ed25519: null });
    expect((await relay.ask('/subscribe', group)).body).toMatchObject({ added: true });
  });

  test('may say that its app polls', async () => {
    const token = 'ab'.repeat(32);
    for (const polls of [true, false, null]) {
      const fields = createPhone({ nowS: () => nowS }).subscribe({ service_info: { token, polls } });
      expect((await relay.ask('/subscribe', fields)).body).toMatchObject({ added: true });
    }
  });

  const sample = subscribes[0]?.request ?? {};
  const missing = Object.keys(sample).map((field) => [`without ${field}`, { [field]: undefined }, field] as const);
  const nulls = Object.keys(sample).map((field) => [`with null for ${field}`, { [field]: null }, field] as const);
  test.each<readonly [string, Fields, string]>([
    ...missing,
    ...nulls,
    ['with text for a time', { sig_ts: '1763769540' }, 'sig_ts'],
    ['with a fraction for a time', { sig_ts: 1_763_769_540.5 }, 'sig_ts'],
    ['with a time beyond exact numbers', { sig_ts: 1e20 }, 'sig_ts'],
    ['with a number for data', { data: 1 }, 'data'],
    ['with text for namespaces', { namespaces: '0' }, 'namespaces'],
    ['with text in namespaces', { namespaces: ['0'] }, 'namespaces'],
    [
      'with more namespaces than there is room for',
      { namespaces: Array.from({ length: 33 }, (_, i) => i) },
      'namespaces',
    ],
    ['with a list as token', { service_info: { token: ['a'] } }, 'service_info.token'],
    ['with an empty service_info', { service_info: {} }, 'service_info.token'],
    ['with a list as service_info', { service_info: ['token'] }, 'service_info'],
    ['with text for polls', { service_info: { token: 'ab'.repeat(32), polls: 'yes' } }, 'service_info.polls'],
    [
      'with a base64 token for APNs',
      { service_info: { token: Buffer.alloc(32).toString('base64') } },
      'service_info.token',
    ],
    ['with an empty token for Firebase', { service: 'firebase', service_info: { token: '' } }, 'service_info.token'],
    [
      'with a token of 1,000 bytes for Firebase',
      { service: 'firebase', service_info: { token: `${'é'.repeat(499)}xx` } },
      'service_info.token',
    ],
    [
      'with a token for Firebase that is no text',
      { service: 'firebase', service_info: { token: 'x\ud800' } },
      'service_info.token',
    ],
    ['with a subaccount of 35 bytes', { subaccount: '00'.repeat(35), subaccount_sig: '00'.repeat(64) }, 'subaccount'],
    ['with a signature for no subaccount', { subaccount_sig: '00'.repeat(64) }, 'subaccount'],
    ['with white space around its key', { pubkey: ` ${'05'.repeat(32)} ` }, 'pubkey'],
  ])('%s is told which field is wrong, and no value of it', async (_, changes, field) => {
    const fields = { ...sample, ...changes };
    const { status, body } = await relay.ask('/subscribe', fields);
    expect({ status, body }).toEqual({ status: 200, body: { error: 1, message: expect.stringContaining(field) } });
    expect(JSON.stringify(body)).not.toMatch(/050fb9|43ea99|RzOuf|f5ebcc|293cf6|17637695/);
  });

  test('for a service that is not offered here gets error 2, whatever its token looks like', async () => {
    const phone = createPhone({ service: 'huawei', token: '?', nowS: () => nowS });
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ error: 2 });
  });

  test('for Firebase may have a token of up to 999 bytes', async () => {
    const phone = createPhone({ service: 'firebase', token: `${'é'.repeat(499)}x`, nowS: () => nowS });
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ added: true });
  });

  test('can send all that fits in one body', async () => {
    const items = Array.from({ length: 140 }, (_, i) =>
      createPhone({ seed: `many ${i}`, prefix: '03', nowS: () => nowS }).subscribe(),
    );
    const { status, body } = await relay.ask('/subscribe', items);
    expect([status, (body as unknown[]).length]).toEqual([200, 140]);
    expect(new Set((body as Fields[]).map((answer) => answer['added']))).toEqual(new Set([true]));
  });
});

describe('a client that unsubscribes', () => {
  test.each(unsubscribes)('$name: $expect', async ({ now, expect: verdict, request }) => {
    nowS = now;
    const { status, body } = await relay.ask('/unsubscribe', request);
    const wanted = verdict === 'accept' ? { success: true, removed: false } : { error: 4 };
    expect({ status, body }).toEqual({ status: 200, body: { ...wanted, message: expect.any(String) } });
  });

  test('is told whether anything was there', async () => {
    const phone = createPhone({ nowS: () => nowS });
    await relay.ask('/subscribe', phone.subscribe());
    const later = { sig_ts: nowS + 1 };
    expect(await relay.ask('/unsubscribe', phone.unsubscribe(later))).toMatchObject({
      status: 200,
      body: { removed: true },
    });
    expect((await relay.ask('/unsubscribe', [phone.unsubscribe({ sig_ts: nowS + 2 })])).body).toMatchObject([
      { success: true, removed: false },
    ]);
  });

  test('is refused when a newer registration exists, and a registration when it was ended since', async () => {
    const phone = createPhone({ nowS: () => nowS });
    await relay.ask('/subscribe', phone.subscribe());
    const stale = await relay.ask('/unsubscribe', phone.unsubscribe({ sig_ts: nowS - 1 }));
    expect(stale).toMatchObject({ status: 200, body: { error: 4, message: expect.stringContaining('newer') } });
    await relay.ask('/unsubscribe', phone.unsubscribe({ sig_ts: nowS + 1 }));
    const revived = await relay.ask('/subscribe', phone.subscribe());
    expect(revived).toMatchObject({ status: 200, body: { error: 4, message: expect.stringContaining('ended') } });
  });
});

test('outcomes are counted item by item, and nothing of a request is logged', async () => {
  const [phone, other] = [createPhone({ nowS: () => nowS }), createPhone({ nowS: () => nowS })];
  const outcomes = ['added', 'updated', 'refused', 'bad-input', 'unknown-service'] as const;
  const count = (): Promise<number[]> =>
    Promise.all(
      outcomes.map((outcome) =>
        relay.metrics.read('push_relay_registrations_total', { endpoint: 'subscribe', outcome }),
      ),
    );
  const before = await count();
  const good = phone.subscribe();
  await relay.ask('/subscribe', [good, good, { ...good, sig_ts: 1 }, {}, other.subscribe({ service: 'x' })]);
  expect((await count()).map((n, i) => n - (before[i] ?? 0))).toEqual([1, 1, 1, 1, 1]);
  expect(relay.log.map((line) => (JSON.parse(line) as Fields)['event'])).toEqual([
    'admin.listening',
    'relay.listening',
    'relay.onion',
    'relay.unnamed',
  ]);
});
