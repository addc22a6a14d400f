import { describe, expect, test } from '@jest/globals';
import type { UnixSeconds } from '@push/protocol';
import * as fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import {
  type Compartment,
  createOpener,
  createSealer,
  type EpochRecord,
  type KeyRing,
  type LiveKeyRing,
  type Opener,
  SEALING_OVERHEAD_BYTES,
  type Sealer,
  xWingSecretKey,
} from '../src/index.ts';

const HOUR = 3_600_000;

function ringOf(...keys: Uint8Array[]): LiveKeyRing & { current: KeyRing } {
  return { current: keys.map((key, n) => ({ createdAt: (1_000 - n) as UnixSeconds, key })) as unknown as KeyRing };
}

/** A relay and a reader of one compartment around one store of epoch records. */
class World {
  nowMs = 1_700_000_000_000;
  reads = 0;
  readonly stored = new Map<string, Uint8Array>();
  readonly seed = randomBytes(32);
  readonly secrets = ringOf(this.seed);
  readonly recipients = ringOf(xWingSecretKey(this.seed).publicKey.bytes);
  readonly sealer: Sealer;
  readonly opener: Opener;

  constructor(compartment: Compartment = 'watch', capacity = 100) {
    this.sealer = createSealer({ compartment, recipients: this.recipients, now: () => this.nowMs, phaseMs: 0 });
    this.opener = this.openerFor(compartment, capacity);
  }

  openerFor(compartment: Compartment, capacity = 100): Opener {
    const read = async (id: string): Promise<Uint8Array | null> => {
      this.reads += 1;
      return this.stored.get(`epoch:${id}`) ?? null;
    };
    return createOpener({ compartment, secrets: this.secrets, epochs: { read }, capacity });
  }

  seal(keyName: string, plaintext: Uint8Array): Uint8Array {
    const { value, epoch } = this.sealer.seal(keyName, plaintext);
    this.store(epoch);
    return value;
  }

  store(epoch: EpochRecord): void {
    this.stored.set(epoch.keyName, epoch.value);
  }
}

const PLAINTEXT = Buffer.from('nothing to see');

describe('a sealed record', () => {
  test('opens under its own name and is longer by a fixed overhead', async () => {
    const world = new World();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.string(), async (plaintext, name) => {
        const sealed = world.seal(`watch:${name}`, plaintext);
        expect(sealed).toHaveLength(plaintext.length + SEALING_OVERHEAD_BYTES);
        expect(await world.opener.open(`watch:${name}`, sealed)).toEqual({
          ok: true,
          plaintext: Buffer.from(plaintext),
        });
      }),
    );
  });

  test('does not open under another name or in another compartment', async () => {
    const world = new World('watch');
    const sealed = world.seal('watch:a', PLAINTEXT);
    expect(await world.opener.open('watch:b', sealed)).toEqual({ ok: false, reason: 'corrupt' });
    expect(await world.openerFor('device').open('watch:a', sealed)).toEqual({ ok: false, reason: 'corrupt' });
  });

  test('does not open when any bit of it or of its epoch record is changed, and nothing throws', async () => {
    const world = new World();
    const { value, epoch } = world.sealer.seal('watch:a', PLAINTEXT);
    world.store(epoch);
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const changed = Buffer.from(value);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect((await world.opener.open('watch:a', changed)).ok).toBe(false);
    }
    for (let at = 0; at < epoch.value.length; at += 13) {
      const changed = Buffer.from(epoch.value);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      world.stored.set(epoch.keyName, changed);
      expect((await world.openerFor('watch').open('watch:a', value)).ok).toBe(false);
    }
  });

  test('is told from random bytes of any length without a throw', async () => {
    const world = new World();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const versioned = Buffer.from(bytes);
        if (versioned.length > 0) versioned[0] = 1;
        expect((await world.opener.open('watch:a', bytes)).ok).toBe(false);
        expect((await world.opener.open('watch:a', versioned)).ok).toBe(false);
      }),
    );
  });
});

describe('a reader', () => {
  test('says when the epoch record is missing, and opens the record once it is there', async () => {
    const world = new World();
    const { value, epoch } = world.sealer.seal('watch:a', PLAINTEXT);
    expect(await world.opener.open('watch:a', value)).toEqual({ ok: false, reason: 'missing-epoch' });
    world.store(epoch);
    expect((await world.opener.open('watch:a', value)).ok).toBe(true);
  });

  test('says when it has not got the key, and opens the record once its ring has it', async () => {
    const world = new World();
    const other = ringOf(randomBytes(32)).current;
    const own = world.secrets.current;
    const sealed = world.seal('watch:a', PLAINTEXT);
    world.secrets.current = other;
    expect(await world.opener.open('watch:a', sealed)).toEqual({ ok: false, reason: 'unknown-key' });
    world.secrets.current = [...other, ...own] as unknown as KeyRing;
    expect((await world.opener.open('watch:a', sealed)).ok).toBe(true);
  });

  test('opens nothing more once the key has left its ring', async () => {
    const world = new World();
    const sealed = world.seal('watch:a', PLAINTEXT);
    expect((await world.opener.open('watch:a', sealed)).ok).toBe(true);
    world.secrets.current = ringOf(randomBytes(32)).current;
    expect(await world.opener.open('watch:a', sealed)).toEqual({ ok: false, reason: 'unknown-key' });
  });

  test('fetches an epoch once for any number of records at once', async () => {
    const world = new World();
    const sealed = Array.from({ length: 50 }, () => world.seal('watch:a', PLAINTEXT));
    const opened = await Promise.all(sealed.map((value) => world.opener.open('watch:a', value)));
    expect(opened.every(({ ok }) => ok)).toBe(true);
    expect(world.reads).toBe(1);
  });

  test('keeps the most recently used epochs and fetches others again', async () => {
    const world = new World('watch', 2);
    const sealed = [0, 1, 2].map(() => {
      world.sealer.startNewEpoch();
      return world.seal('watch:a', PLAINTEXT);
    });
    const open = (n: number) => world.opener.open('watch:a', sealed[n] ?? Buffer.alloc(0));
    for (const n of [0, 1, 0, 2, 0]) await open(n);
    expect(world.reads).toBe(3);
    await open(1);
    expect(world.reads).toBe(4);
  });

  test('passes on that its source cannot be asked, and asks again', async () => {
    const world = new World();
    const sealed = world.seal('watch:a', PLAINTEXT);
    let isAway = true;
    const opener = createOpener({
      compartment: 'watch',
      secrets: world.secrets,
      epochs: {
        read: async (id) => {
          if (isAway) throw new Error('away');
          return world.stored.get(`epoch:${id}`) ?? null;
        },
      },
    });
    await expect(opener.open('watch:a', sealed)).rejects.toThrow('away');
    isAway = false;
    expect((await opener.open('watch:a', sealed)).ok).toBe(true);
  });
});

describe('an epoch', () => {
  test.each([
    ['watch', HOUR / 2],
    ['device', 24 * HOUR],
  ] as const)('of the %s compartment lasts %d ms', (compartment, lengthMs) => {
    const world = new World(compartment);
    world.nowMs = 1_000 * lengthMs;
    const first = world.sealer.seal('a', PLAINTEXT).epoch;
    world.nowMs += lengthMs - 1;
    expect(world.sealer.seal('a', PLAINTEXT).epoch).toBe(first);
    world.nowMs += 1;
    expect(world.sealer.seal('a', PLAINTEXT).epoch.id).not.toBe(first.id);
  });

  test('starts at a moment of its own in each process', () => {
    const boundaries = Array.from({ length: 12 }, () => {
      const world = new World('device');
      const sealer = createSealer({ compartment: 'device', recipients: world.recipients, now: () => world.nowMs });
      const { id } = sealer.seal('a', PLAINTEXT).epoch;
      let hours = 0;
      for (; sealer.seal('a', PLAINTEXT).epoch.id === id; hours += 1) world.nowMs += HOUR;
      return hours;
    });
    expect(Math.max(...boundaries)).toBeLessThanOrEqual(24);
    expect(new Set(boundaries).size).toBeGreaterThan(1);
  });

  test('ends at once when asked, or when the ring has a newer key', async () => {
    const world = new World();
    const first = world.sealer.seal('watch:a', PLAINTEXT).epoch;
    world.sealer.startNewEpoch();
    const second = world.sealer.seal('watch:a', PLAINTEXT).epoch;
    const newer = randomBytes(32);
    world.recipients.current = ringOf(xWingSecretKey(newer).publicKey.bytes).current;
    const sealed = world.seal('watch:a', PLAINTEXT);
    expect(new Set([first.id, second.id, world.sealer.seal('watch:a', PLAINTEXT).epoch.id]).size).toBe(3);
    expect(await world.opener.open('watch:a', sealed)).toEqual({ ok: false, reason: 'unknown-key' });
    world.secrets.current = ringOf(newer, world.seed).current;
    expect((await world.opener.open('watch:a', sealed)).ok).toBe(true);
  });

  test('cannot begin for a public key that is none', () => {
    const world = new World();
    world.recipients.current = ringOf(new Uint8Array(1216).fill(0xff)).current;
    expect(() => world.sealer.seal('a', PLAINTEXT)).toThrow(expect.objectContaining({ code: 'unusable-recipient' }));
  });
});
