import { describe, expect, test } from '@jest/globals';
import type { UnixSeconds } from '@push/protocol';
import * as fc from 'fast-check';
import { formatKeyRing, type KeyRing, parseKeyRing, writingKey } from '../src/index.ts';

const A = 'aa'.repeat(32);
const B = 'bb'.repeat(32);

describe('a ring file', () => {
  test('holds keys newest first, among comments and blank lines', () => {
    const result = parseKeyRing(`# for the relay\n\n200 ${A}\n100\t${B.toUpperCase()} # older\r\n`, 'index');
    expect(result).toEqual({
      ok: true,
      ring: [
        { createdAt: 200, key: new Uint8Array(32).fill(0xaa) },
        { createdAt: 100, key: new Uint8Array(32).fill(0xbb) },
      ],
    });
  });

  test('survives being written and read', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const stamps = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 33 }), { minLength: 1, maxLength: 5 });
    const rings = fc
      .tuple(stamps, fc.uniqueArray(key, { minLength: 5, maxLength: 5, selector: (bytes) => String(bytes) }))
      .map(([created, keys]) =>
        created
          .toSorted((a, b) => b - a)
          .map((at, n) => ({ createdAt: at as UnixSeconds, key: keys[n] as Uint8Array })),
      );
    fc.assert(
      fc.property(rings, fc.constantFrom('index' as const, undefined), (ring, purpose) => {
        expect(parseKeyRing(formatKeyRing(ring as unknown as KeyRing, purpose), 'index')).toEqual({ ok: true, ring });
      }),
    );
  });

  test.each([
    ['no key', '# nothing\n', /no key/],
    ['something else', `200 ${A}\nhello\n`, /line 2/],
    ['a key of another length', `200 ${A.slice(2)}\n`, /line 1 .*32 bytes/],
    ['an older key first', `100 ${A}\n200 ${B}\n`, /line 2 is newer/],
    ['keys for something else', `# a\n#! onion\n200 ${A}\n`, /line 2 .*not for "index"/],
    ['a purpose that nothing has', `#!${A}\n200 ${A}\n`, /line 1 .*not for "index"/],
    ['a key twice', `200 ${A}\n100 ${A}\n`, /line 2 repeats/],
  ])('is refused when it holds %s, without repeating it', (_, text, expected) => {
    const result = parseKeyRing(text, 'index');
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(expected) });
    expect(JSON.stringify(result)).not.toMatch(/aaaa|bbbb|hello/);
  });
});

describe('the key to write with', () => {
  const ring: KeyRing = [
    { createdAt: 1_000 as UnixSeconds, key: new Uint8Array(32) },
    { createdAt: 500 as UnixSeconds, key: new Uint8Array(32).fill(1) },
  ];

  test('stays the older one until every process has had time to read the new one', () => {
    expect(writingKey(ring, 1_010_000)).toBe(ring[1]);
    expect(writingKey(ring, 1_020_000)).toBe(ring[0]);
  });

  test('is the newest at once when there is nothing older to write with', () => {
    expect(writingKey([ring[0]], 1_000_000)).toBe(ring[0]);
  });
});
