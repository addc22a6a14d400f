import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type BencodeInput, type BencodeLimits, decodeBencode, encodeBencode } from '../src/index.ts';

const decode = (text: string, limits?: Partial<BencodeLimits>): unknown =>
  decodeBencode(Buffer.from(text, 'latin1'), limits);

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const { tree } = fc.letrec<{ tree: BencodeInput }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    int64.map((n) => (n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER ? Number(n) : n)),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary-ascii', maxLength: 4 }), tie('tree'), { maxKeys: 4 }),
  ),
}));

/** What decoding gives for something encoded: dictionaries are maps. */
function decoded(value: BencodeInput): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, decoded(item as BencodeInput)]));
}

describe('bencode', () => {
  test('that was encoded decodes to the same', () => {
    fc.assert(fc.property(tree, (value) => expect(decodeBencode(encodeBencode(value))).toEqual(decoded(value))));
  });

  test('that is cut off or goes on after its end is refused', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (value, cut) => {
        const whole = encodeBencode(value);
        expect(decodeBencode(whole.subarray(0, cut % whole.length))).toBeNull();
        expect(decodeBencode(Buffer.concat([whole, Buffer.from('e')]))).toBeNull();
      }),
    );
  });

  test('of any bytes never throws, and what it gives encodes to the same bytes', () => {
    const bencodeLike = fc.array(fc.constantFrom('d', 'l', 'e', 'i', '1:', '0', '-', '3:abc', 'i7e'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          bencodeLike.map((parts) => Buffer.from(parts.join(''))),
        ),
        (bytes) => {
          const value = decodeBencode(bytes);
          if (value === null) return;
          const plain = (item: unknown): BencodeInput => {
            if (item instanceof Map) return Object.fromEntries([...item].map(([key, inner]) => [key, plain(inner)]));
            return Array.isArray(item) ? item.map(plain) : (item as BencodeInput);
          };
          expect(Buffer.from(encodeBencode(plain(value)))).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('strings are views of what was decoded, not copies', () => {
    const bytes = Uint8Array.from(Buffer.from('l5:helloe'));
    const [view] = decodeBencode(bytes) as [Uint8Array];
    bytes[3] = 0x4a;
    expect(Buffer.from(view).toString()).toBe('Jello');
  });

  test.each([
    ['i0e', 0],
    ['i-1e', -1],
    ['i999999999999999e', 999_999_999_999_999],
    ['i9007199254740991e', Number.MAX_SAFE_INTEGER],
    ['i9007199254740992e', 9_007_199_254_740_992n],
    ['i9223372036854775807e', 2n ** 63n - 1n],
    ['i-9223372036854775808e', -(2n ** 63n)],
  ])('%s is an exact integer', (text, value) => {
    expect(decode(text)).toBe(value);
  });

  test.each([
    'i01e',
    'i-0e',
    'i--1e',
    'i+1e',
    'ie',
    'i-e',
    'i1',
    'i 1e',
    'i1.5e',
    'i9223372036854775808e',
    'i-9223372036854775809e',
    'i99999999999999999999e',
    '01:a',
    '-1:a',
    '1a',
    ':',
    '2:a',
    '9999999999:a',
    'l',
    'd',
    'e',
    'd1:ae',
    'di1ei2ee',
    'd1:bi1e1:ai1ee',
    'd1:ai1e1:ai1ee',
    'l1:a',
    '',
  ])('%j is refused', (text) => {
    expect(decode(text)).toBeNull();
  });

  test('read leniently may have its keys in any order; of the same keys the first counts', () => {
    expect(decode('d1:bi1e1:ai2e1:bi3ee', { keys: 'lenient' })).toEqual(
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    );
  });

  test('keys that name properties of objects are keys like any other', () => {
    expect(decode('d9:__proto__i1ee')).toEqual(new Map([['__proto__', 1]]));
  });

  test('deeper, or of more values, than allowed is refused without being followed', () => {
    expect(decode('l'.repeat(3) + 'e'.repeat(3), { maxDepth: 3 })).toEqual([[[]]]);
    expect(decode('l'.repeat(4) + 'e'.repeat(4), { maxDepth: 3 })).toBeNull();
    expect(decode('l'.repeat(1_000_000), {})).toBeNull();
    expect(decode(`l${'i1e'.repeat(9)}e`, { maxValues: 10 })).toHaveLength(9);
    expect(decode(`l${'i1e'.repeat(10)}e`, { maxValues: 10 })).toBeNull();
  });

  test('text is written as UTF-8 and keys in the order of their bytes', () => {
    expect(Buffer.from(encodeBencode({ b: 'é', B: [1n, -2] })).toString()).toBe('d1:Bli1ei-2ee1:b2:ée');
  });
});
