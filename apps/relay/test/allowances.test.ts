import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccountId, Signature, Subaccount, SubaccountTag, UnixSeconds } from '@push/protocol';
import { randomBytes } from 'node:crypto';
import { createAllowances } from '../src/load/allowances.ts';
import { createPhone, type Fields } from './phone.ts';
import { openRelay, type RunningRelay } from './relay-world.ts';

const HOUR_MS = 3_600_000;
const account = new Uint8Array(33).fill(5) as AccountId;
const request = (second: number, subaccount: Subaccount | null = null) => ({
  account,
  subaccount,
  signedAt: second as UnixSeconds,
});
const member = (byte: number): Subaccount => ({
  tag: new Uint8Array(36).fill(byte) as SubaccountTag,
  signature: new Uint8Array(64) as Signature,
});

describe('what a signature time allows', () => {
  let elapsedMs = 0;
  const open = (newRegistrations = 2, requests = 5) =>
    createAllowances({ newRegistrations, requests }, () => elapsedMs);

  test('is so many new registrations and no more', () => {
    const { of } = open();
    expect([1, 2, 3].map(() => of(request(1)).takeNew())).toEqual([true, true, false]);
  });

  test('is whole again for another second, another account and another member', () => {
    const { of } = open(1);
    of(request(1)).takeNew();
    expect(of(request(1)).takeNew()).toBe(false);
    expect(of(request(2)).takeNew()).toBe(true);
    expect(of({ ...request(1), account: randomBytes(33) as Uint8Array as AccountId }).takeNew()).toBe(true);
    expect(of(request(1, member(1))).takeNew()).toBe(true);
    expect(of(request(1, member(2))).takeNew()).toBe(true);
    expect(of(request(1, member(1))).takeNew()).toBe(false);
  });

  test('ends with so many requests, whatever they are', () => {
    const { of } = open(10, 3);
    expect([1, 2, 3, 4].map(() => of(request(1)).coversRequest)).toEqual([true, true, true, false]);
    expect(of(request(1)).takeNew()).toBe(false);
  });

  test('is remembered for an hour at least and two at most', () => {
    elapsedMs = 0;
    const { of } = open(1);
    elapsedMs = HOUR_MS - 1;
    of(request(1)).takeNew();
    elapsedMs += HOUR_MS - 1;
    expect(of(request(1)).takeNew()).toBe(false);
    elapsedMs += 2 * HOUR_MS;
    expect(of(request(1)).takeNew()).toBe(true);
  });

  test('is kept for a bounded number of signatures, and the newest have theirs', () => {
    const { of } = open(1);
    for (let second = 0; second < 250_000; second++) of(request(second)).takeNew();
    expect(of(request(249_999)).takeNew()).toBe(false);
    expect(of(request(0)).takeNew()).toBe(true);
  });
});

describe('a relay that lets a signature bring two new registrations and eight requests', () => {
  let relay: RunningRelay;
  beforeAll(async () => {
    const environment = { RELAY_NEW_PER_SIGNATURE: '2', RELAY_REQUESTS_PER_SIGNATURE: '8' };
    relay = await openRelay({ environment });
  });
  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
  });

  const someToken = (): Fields => ({ service_info: { token: randomBytes(32).toString('hex') } });
  const subscribe = async (fields: Fields) => (await relay.ask('/subscribe', fields)).body;
  const REFUSED = { error: 4, message: 'too much was asked for with this sig_ts; sign at a later second' };

  test('refuses the third, renews what is there, and takes a fresh signature', async () => {
    let second = Math.floor(Date.now() / 1000) - 100;
    const phone = createPhone({ nowS: () => second });
    const first = phone.subscribe();
    expect(await subscribe(first)).toMatchObject({ added: true });
    expect(await subscribe({ ...first, ...someToken() })).toMatchObject({ added: true });
    expect(await subscribe({ ...first, ...someToken() })).toEqual(REFUSED);
    expect(await subscribe(first)).toMatchObject({ updated: true });
    second += 1;
    expect(await subscribe(phone.subscribe(someToken()))).toMatchObject({ added: true });
  });

  test('renews and ends without end, but remembers no more ends of what was never there', async () => {
    const phone = createPhone();
    const first = phone.subscribe();
    for (let i = 0; i < 20; i++) expect(await subscribe(first)).toMatchObject({ success: true });
    expect(await subscribe({ ...first, ...someToken() })).toEqual(REFUSED);
    const other = createPhone();
    const same = other.unsubscribe();
    const outcomes = [];
    for (let i = 0; i < 3; i++) {
      outcomes.push((await relay.ask('/unsubscribe', { ...same, ...someToken() })).body);
    }
    expect(outcomes).toEqual([
      { success: true, removed: false, message: expect.any(String) },
      { success: true, removed: false, message: expect.any(String) },
      REFUSED,
    ]);
  });

  test('counts nothing for those who cannot sign for the account', async () => {
    const phone = createPhone();
    const good = phone.subscribe();
    const forged = { ...good, signature: '00'.repeat(64) };
    for (let i = 0; i < 20; i++) expect(await subscribe({ ...forged, ...someToken() })).toMatchObject({ error: 4 });
    expect(await subscribe(good)).toMatchObject({ added: true });
  });
});
