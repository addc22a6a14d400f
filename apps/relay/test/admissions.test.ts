import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccountId, Signature, Subaccount, SubaccountTag, UnixSeconds } from '@push/protocol';
import { randomBytes } from 'node:crypto';
import { createAdmissions } from '../src/load/admissions.ts';
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

describe('what one signature time may bring about', () => {
  let elapsedMs = 0;
  const open = (newRegistrations = 2, requests = 5) =>
    createAdmissions({ newRegistrations, requests }, () => elapsedMs);

  test('is so many new registrations and no more', () => {
    const admits = open();
    expect([1, 2, 3].map(() => admits(request(1))())).toEqual([true, true, false]);
  });

  test('is counted anew for another second, another account and another member', () => {
    const admits = open(1);
    expect(admits(request(1))()).toBe(true);
    expect(admits(request(1))()).toBe(false);
    expect(admits(request(2))()).toBe(true);
    expect(admits({ ...request(1), account: randomBytes(33) as Uint8Array as AccountId })()).toBe(true);
    expect(admits(request(1, member(1)))()).toBe(true);
    expect(admits(request(1, member(2)))()).toBe(true);
    expect(admits(request(1, member(1)))()).toBe(false);
  });

  test('is nothing new after so many requests, whatever they were', () => {
    const admits = open(10, 3);
    for (let i = 0; i < 3; i++) admits(request(1));
    expect(admits(request(1))()).toBe(false);
    expect(admits(request(2))()).toBe(true);
  });

  test('is remembered for an hour at least and two at most', () => {
    elapsedMs = 0;
    const admits = open(1);
    elapsedMs = HOUR_MS - 1;
    admits(request(1))();
    elapsedMs += HOUR_MS - 1;
    expect(admits(request(1))()).toBe(false);
    elapsedMs += 2 * HOUR_MS;
    expect(admits(request(1))()).toBe(true);
  });

  test('is remembered for a bounded number of signatures, the newest', () => {
    const admits = open(1);
    for (let second = 0; second < 250_000; second++) admits(request(second))();
    expect(admits(request(249_999))()).toBe(false);
    expect(admits(request(0))()).toBe(true);
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

  test('renews what is there without end, and ends it, however often its signature was used', async () => {
    const phone = createPhone();
    const first = phone.subscribe();
    for (let i = 0; i < 20; i++) expect(await subscribe(first)).toMatchObject({ success: true });
    expect(await subscribe({ ...first, ...someToken() })).toEqual(REFUSED);
    const leaving = phone.unsubscribe({ sig_ts: first['sig_ts'] });
    expect((await relay.ask('/unsubscribe', leaving)).body).toMatchObject({ removed: true });
  });

  test('remembers no more ends of what was never there', async () => {
    const same = createPhone().unsubscribe();
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
