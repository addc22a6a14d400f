import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_NAMESPACES } from '@push/protocol';
import * as fc from 'fast-check';
import type { DeviceSource, RegistryWriter, WatchSource } from '../src/index.ts';
import { Follower } from './follower.ts';
import { sampleDeregistration, type SampleOptions, sampleRegistration } from './samples.ts';

export interface RegistryUnderTest extends AsyncDisposable {
  /** Two relays; perhaps one and the same. */
  readonly writers: readonly [RegistryWriter, RegistryWriter];
  readonly watches: WatchSource;
  readonly devices: DeviceSource;
  /** Seconds since 1970. */
  nowS(): number;
}

const DAY_MS = 86_400_000;

/** What every registry does, whatever it is made of. */
export function describeRegistry(name: string, open: () => Promise<RegistryUnderTest>): void {
  describe.each([[name]])('%s', () => {
    let registry: RegistryUnderTest;
    let follower: Follower;
    let nowS: number;
    let settled = 0;

    beforeEach(async () => {
      registry = await open();
      nowS = registry.nowS();
      follower = new Follower(registry.watches);
      await follower.until('scanned', () => follower.scans > 0);
    });
    afterEach(async () => {
      await follower[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    });

    const subscribe = (options: SampleOptions = {}) =>
      registry.writers[0].subscribe(sampleRegistration({ signedAt: nowS, ...options }));
    const unsubscribe = (options: SampleOptions = {}) =>
      registry.writers[0].unsubscribe(sampleDeregistration({ signedAt: nowS, ...options }));

    /** The state after everything before this call has arrived: a registration made now comes last. */
    const settle = async (): Promise<void> => {
      settled += 1;
      const account = `settled ${settled}`;
      const registration = sampleRegistration({ account, signedAt: nowS });
      const isLast = ({ request }: { request: { account: Uint8Array } }): boolean =>
        Buffer.compare(request.account, registration.request.account) === 0;
      await registry.writers[0].subscribe(registration);
      await follower.until('the last change arrived', () => follower.records.some(isLast));
      for (const [id, { record }] of follower.watches) if (isLast(record)) follower.watches.delete(id);
    };
    const watchedNamespaces = async (): Promise<(readonly number[])[]> => {
      await settle();
      return follower.records.map(({ request }) => request.namespaces);
    };

    describe('a new registration', () => {
      test('reaches the watcher with everything it has to repeat, and no token', async () => {
        const registration = sampleRegistration({ signedAt: nowS, namespaces: [-11, 0, 5], service: 'firebase' });
        expect(await registry.writers[0].subscribe(registration)).toBe('added');
        await follower.until('watched', () => follower.watches.size === 1);
        const [record] = follower.records;
        expect(record).toEqual({
          request: registration.request,
          service: 'firebase',
          polls: false,
          deviceId: expect.stringMatching(/^[\w-]{22}$/),
        });
      });

      test('gives the dispatcher the token, the service and the day, under the id that the watcher has', async () => {
        const registration = sampleRegistration({ signedAt: nowS });
        await registry.writers[0].subscribe(registration);
        await follower.until('watched', () => follower.watches.size === 1);
        const lookups = await Promise.all(follower.records.map(({ deviceId }) => registry.devices.read(deviceId)));
        const registeredOn = Math.ceil(nowS / 86_400);
        const record = { service: 'apns', token: registration.token, tokenKind: 'token', registeredOn };
        expect(lookups).toEqual([{ kind: 'found', record }]);
      });

      test('ends within 14 days', async () => {
        await subscribe();
        await follower.until('watched', () => follower.watches.size === 1);
        for (const { expiresAtMs } of follower.watches.values()) {
          expect(expiresAtMs).toBeGreaterThan(nowS * 1_000 + 12 * DAY_MS);
          expect(expiresAtMs).toBeLessThanOrEqual(nowS * 1_000 + 14 * DAY_MS);
        }
      });

      test('may have as many namespaces as a registration can have', async () => {
        const namespaces = Array.from({ length: MAX_NAMESPACES }, (_, i) => i - 16);
        await subscribe({ namespaces });
        expect(await watchedNamespaces()).toEqual([namespaces]);
      });

      test('stands beside those of another token, service or account', async () => {
        await subscribe({ token: 'tablet' });
        await subscribe({ service: 'apns-sandbox' });
        await subscribe({ account: 'bob' });
        expect(await subscribe()).toBe('added');
        await settle();
        expect(new Set(follower.records.map(({ deviceId }) => deviceId)).size).toBe(4);
      });
    });

    describe('a registration that is there', () => {
      beforeEach(() => subscribe({ namespaces: [1] }));

      test('is replaced by a newer one', async () => {
        expect(await subscribe({ signedAt: nowS + 1, namespaces: [2] })).toBe('updated');
        expect(await watchedNamespaces()).toEqual([[2]]);
      });

      test('stays as it is when an older one comes late', async () => {
        expect(await subscribe({ signedAt: nowS - 1, namespaces: [2] })).toBe('updated');
        expect(await watchedNamespaces()).toEqual([[1]]);
      });

      test('stays as it is when it comes again', async () => {
        expect(await subscribe({ namespaces: [1] })).toBe('updated');
        expect(await watchedNamespaces()).toEqual([[1]]);
      });

      test('is removed by an unsubscribe of the same second or later, for the watcher and for the dispatcher', async () => {
        await follower.until('watched', () => follower.watches.size === 1);
        const deviceIds = follower.records.map(({ deviceId }) => deviceId);
        expect(await unsubscribe()).toBe('removed');
        expect(await watchedNamespaces()).toEqual([]);
        expect(await Promise.all(deviceIds.map((id) => registry.devices.read(id)))).toEqual([{ kind: 'gone' }]);
      });

      test('outlasts an unsubscribe that was signed before it', async () => {
        expect(await unsubscribe({ signedAt: nowS - 1 })).toBe('superseded');
        expect(await watchedNamespaces()).toEqual([[1]]);
      });

      test('is seen by a watcher that starts later', async () => {
        const late = new Follower(registry.watches);
        await late.until('scanned', () => late.scans > 0);
        expect(late.records.map(({ request }) => request.namespaces)).toEqual([[1]]);
        await late[Symbol.asyncDispose]();
      });

      test('is forgotten by the dispatcher, who tells the watcher, who removes its half', async () => {
        await follower.until('watched', () => follower.watches.size === 1);
        const [watched] = follower.watches;
        if (watched === undefined) throw new Error('not watched');
        const [watchId, { record }] = watched;
        await registry.devices.forget(record.deviceId);
        await follower.until('told', () => follower.died.length > 0);
        expect(follower.died).toEqual([record.deviceId]);
        expect(await registry.devices.read(record.deviceId)).toEqual({ kind: 'gone' });
        await registry.watches.remove(watchId);
        const late = new Follower(registry.watches);
        await late.until('scanned', () => late.scans > 0);
        expect(late.watches.size).toBe(0);
        await late[Symbol.asyncDispose]();
      });
    });

    describe('a registration that was ended', () => {
      beforeEach(async () => {
        await subscribe({ signedAt: nowS - 10, namespaces: [1] });
        await unsubscribe();
      });

      test.each([
        ['the one that was ended', -10],
        ['an older one', -11],
        ['one of the second of its end', 0],
      ])('is not revived by %s', async (_, ageS) => {
        expect(await subscribe({ signedAt: nowS + ageS, namespaces: [1] })).toBe('superseded');
        expect(await watchedNamespaces()).toEqual([]);
      });

      test('is made anew by a newer one, which the old unsubscribe does not end', async () => {
        expect(await subscribe({ signedAt: nowS + 1, namespaces: [2] })).toBe('added');
        expect(await unsubscribe()).toBe('superseded');
        expect(await watchedNamespaces()).toEqual([[2]]);
      });

      test.each([-1, 0, 1])('is not there for another unsubscribe, %d s after the first', async (laterS) => {
        expect(await unsubscribe({ signedAt: nowS + laterS })).toBe('nothing-there');
      });
    });

    describe('what is not admitted', () => {
      const never = (): boolean => false;
      const relay = (): RegistryWriter => registry.writers[0];
      const registration = (options: SampleOptions = {}) => sampleRegistration({ signedAt: nowS, ...options });
      const deregistration = (options: SampleOptions = {}) => sampleDeregistration({ signedAt: nowS, ...options });

      test('is not stored when it would be new, and may come again', async () => {
        expect(await relay().subscribe(registration(), never)).toBe('not-admitted');
        expect(await watchedNamespaces()).toEqual([]);
        expect(await subscribe()).toBe('added');
      });

      test('is renewed all the same when it is live, and nobody is asked', async () => {
        await subscribe({ namespaces: [1] });
        const renewal = registration({ signedAt: nowS + 1, namespaces: [2] });
        expect(await relay().subscribe(renewal, never)).toBe('updated');
        expect(await relay().subscribe(renewal, never)).toBe('updated');
        expect(await watchedNamespaces()).toEqual([[2]]);
      });

      test('is ended all the same when it is live, and not remembered when it is not', async () => {
        expect(await relay().unsubscribe(deregistration(), never)).toBe('not-admitted');
        await subscribe();
        expect(await relay().unsubscribe(deregistration(), never)).toBe('removed');
        expect(await relay().unsubscribe(deregistration({ signedAt: nowS + 1 }), never)).toBe('not-admitted');
        expect(await watchedNamespaces()).toEqual([]);
      });
    });

    test('an unsubscribe that comes before the subscribe it follows still wins', async () => {
      expect(await unsubscribe({ signedAt: nowS + 1 })).toBe('nothing-there');
      expect(await subscribe()).toBe('superseded');
      expect(await watchedNamespaces()).toEqual([]);
    });

    test('many requests of one registration at once, repeated and through two relays, leave what the newest asked for', async () => {
      const anyRequest = fc.record({
        isSubscribe: fc.boolean(),
        age: fc.integer({ min: 0, max: 3 }),
        writer: fc.constantFrom(0 as const, 1 as const),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyRequest, { minLength: 2, maxLength: 8 }), async (requests) => {
          round += 1;
          const account = `crowd ${round}`;
          await Promise.all(
            requests.map(({ isSubscribe, age, writer }) => {
              const options = { account, signedAt: nowS - age, namespaces: [age] };
              const relay = registry.writers[writer];
              return isSubscribe
                ? relay.subscribe(sampleRegistration(options))
                : relay.unsubscribe(sampleDeregistration(options));
            }),
          );
          const newest = Math.min(...requests.map(({ age }) => age));
          const isLive = requests.every(({ age, isSubscribe }) => age > newest || isSubscribe);
          expect(await watchedNamespaces()).toEqual(isLive ? [[newest]] : []);
          await registry.writers[0].unsubscribe(sampleDeregistration({ account, signedAt: nowS + 1 }));
        }),
        { numRuns: 30 },
      );
    });
  });
}
