import { describe, expect, test } from '@jest/globals';
import type { DeviceId, Service } from '@push/protocol';
import * as fc from 'fast-check';
import type { TakenWakeup, Urgency, Wakeup, WakeupQueue } from '../src/index.ts';

/** A queue with both of its ends. `take` waits up to `withinMs` for a wakeup that is due. */
export interface QueueUnderTest {
  readonly queue: WakeupQueue;
  readonly take: (service: Service, withinMs: number) => Promise<TakenWakeup | null>;
}

/** What every {@link WakeupQueue} promises. `open` gives an empty queue for `apns` and `firebase`. */
export function describeWakeupQueue(name: string, open: () => Promise<QueueUnderTest>): void {
  const deviceOf = (n: number): DeviceId => Buffer.alloc(16, n).toString('base64url') as DeviceId;
  const wakeupFor = (n: number, changes: Partial<Wakeup> = {}): Wakeup => ({
    service: 'apns',
    deviceId: deviceOf(n),
    urgency: 'urgent',
    minute: 29_000_000,
    delayMs: 0,
    ...changes,
  });
  /** Takes all that is due and finishes each at once. */
  const drain = async ({ take }: QueueUnderTest, service: Service = 'apns'): Promise<TakenWakeup['wakeup'][]> => {
    const seen: TakenWakeup['wakeup'][] = [];
    for (let next = await take(service, 0); next !== null; next = await take(service, 0)) {
      seen.push(next.wakeup);
      await next.finish();
    }
    return seen;
  };

  describe.each([name])('%s', () => {
    test('hands out what was added, oldest first', async () => {
      const under = await open();
      await under.queue.add(wakeupFor(1));
      await under.queue.add(wakeupFor(2, { minute: 29_000_001, urgency: 'quiet' }));
      expect(await drain(under)).toEqual([
        { deviceId: deviceOf(1), minute: 29_000_000, urgency: 'urgent' },
        { deviceId: deviceOf(2), minute: 29_000_001, urgency: 'quiet' },
      ]);
    });

    test.each([
      ['later', 29_000_000, 29_000_005],
      ['earlier', 29_000_005, 29_000_000],
    ])(
      'makes one of two that wait for the same device and urgency, with the newest minute, the second being %s',
      async (_, first, second) => {
        const under = await open();
        await under.queue.add(wakeupFor(1, { minute: first }));
        await under.queue.add(wakeupFor(1, { minute: second }));
        expect(await drain(under)).toEqual([{ deviceId: deviceOf(1), minute: 29_000_005, urgency: 'urgent' }]);
      },
    );

    test('gives a wakeup that is held back the newest minute, and the delay of the first', async () => {
      const under = await open();
      await under.queue.add(wakeupFor(1, { delayMs: 300 }));
      await under.queue.add(wakeupFor(1, { delayMs: 60_000, minute: 29_000_001 }));
      await under.queue.add(wakeupFor(1, { minute: 29_000_002 }));
      expect(await under.take('apns', 0)).toBeNull();
      expect((await under.take('apns', 5_000))?.wakeup.minute).toBe(29_000_002);
    });

    test('keeps an urgent wakeup apart from a quiet one that waits for the same device', async () => {
      const under = await open();
      await under.queue.add(wakeupFor(1, { urgency: 'quiet', delayMs: 60_000 }));
      await under.queue.add(wakeupFor(1));
      expect((await drain(under)).map(({ urgency }) => urgency)).toEqual(['urgent']);
    });

    test('lets exactly one more follow, with the newest minute, when several are added while one is being sent', async () => {
      const under = await open();
      await under.queue.add(wakeupFor(1));
      const sending = await under.take('apns', 1_000);
      for (const minute of [29_000_001, 29_000_003, 29_000_002]) await under.queue.add(wakeupFor(1, { minute }));
      expect(await under.take('apns', 0)).toBeNull();
      await sending?.finish();
      expect(await drain(under)).toEqual([{ deviceId: deviceOf(1), minute: 29_000_003, urgency: 'urgent' }]);
    });

    test('takes a device up again once its last wakeup is finished', async () => {
      const under = await open();
      for (const minute of [29_000_000, 29_000_001]) {
        await under.queue.add(wakeupFor(1, { minute }));
        expect((await drain(under)).map((wakeup) => wakeup.minute)).toEqual([minute]);
      }
    });

    test('keeps services apart', async () => {
      const under = await open();
      await under.queue.add(wakeupFor(1));
      await under.queue.add(wakeupFor(1, { service: 'firebase' }));
      expect(await drain(under)).toHaveLength(1);
      expect(await drain(under, 'firebase')).toHaveLength(1);
    });

    test('holds a wakeup back for its delay and hands it out soon after', async () => {
      const under = await open();
      const began = performance.now();
      await under.queue.add(wakeupFor(1, { delayMs: 400 }));
      expect(await under.take('apns', 0)).toBeNull();
      const taken = await under.take('apns', 5_000);
      const waitedMs = performance.now() - began;
      expect(taken?.wakeup.deviceId).toBe(deviceOf(1));
      expect(waitedMs).toBeGreaterThan(390);
      expect(waitedMs).toBeLessThan(1_500);
    });

    test('never swallows the last wakeup of a device nor its minute, whatever happens in which order', async () => {
      type Step =
        | { readonly act: 'add'; readonly device: number; readonly urgency: Urgency; readonly minute: number }
        | { readonly act: 'take' | 'finish' };
      const steps: fc.Arbitrary<Step> = fc.oneof(
        fc.record({
          act: fc.constant('add' as const),
          device: fc.integer({ min: 1, max: 3 }),
          urgency: fc.constantFrom('urgent' as const, 'quiet' as const),
          minute: fc.integer({ min: 29_000_000, max: 29_000_009 }),
        }),
        fc.record({ act: fc.constantFrom('take' as const, 'finish' as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (script) => {
          const under = await open();
          const keyOf = ({ deviceId, urgency }: { deviceId: string; urgency: Urgency }): string => deviceId + urgency;
          /** The newest minute of what was added since the last was taken. */
          const owed = new Map<string, number>();
          const sending: TakenWakeup[] = [];
          const send = (taken: TakenWakeup): void => {
            expect(taken.wakeup.minute).toBe(owed.get(keyOf(taken.wakeup)));
            owed.delete(keyOf(taken.wakeup));
          };
          for (const step of script) {
            if (step.act === 'add') {
              const wakeup = wakeupFor(step.device, { urgency: step.urgency, minute: step.minute });
              await under.queue.add(wakeup);
              owed.set(keyOf(wakeup), Math.max(wakeup.minute, owed.get(keyOf(wakeup)) ?? 0));
            } else if (step.act === 'take') {
              const taken = await under.take('apns', 0);
              if (taken !== null) {
                send(taken);
                sending.push(taken);
              }
            } else await sending.shift()?.finish();
          }
          for (const taken of sending) await taken.finish();
          for (let next = await under.take('apns', 0); next !== null; next = await under.take('apns', 0)) {
            send(next);
            await next.finish();
          }
          expect(owed).toEqual(new Map());
        }),
        { numRuns: 40 },
      );
    });
  });
}
