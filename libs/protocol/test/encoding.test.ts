import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  accountFromKey,
  accountKey,
  type AccountId,
  areNamespaces,
  MAX_NAMESPACES,
  parseAccount,
  parseBytes,
} from '../src/index.ts';

const spellings = (bytes: Uint8Array): string[] => {
  const buffer = Buffer.from(bytes);
  const base64 = buffer.toString('base64');
  return [buffer.toString('hex'), buffer.toString('hex').toUpperCase(), base64, base64.replace(/=+$/, '')];
};
const value = fc.uint8Array({ minLength: 5, maxLength: 70 });

describe('a byte value', () => {
  test('is read from hexadecimal of either case and base64 with or without padding', () => {
    fc.assert(
      fc.property(value, (bytes) => {
        for (const text of spellings(bytes)) expect(parseBytes(text, bytes.length)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('of another length than expected is refused', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 5, max: 70 }), (bytes, length) => {
        fc.pre(length !== bytes.length);
        for (const text of spellings(bytes)) expect(parseBytes(text, length)?.length ?? length).toBe(length);
      }),
    );
    expect(spellings(new Uint8Array(31)).map((text) => parseBytes(text, 32))).toEqual([null, null, null, null]);
  });

  test('of any text never throws and has the length asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.integer({ min: 5, max: 70 }), (text, length) => {
        expect(parseBytes(text, length)?.length ?? length).toBe(length);
      }),
    );
  });

  test.each([
    ['white space after it', 'AAAAAA\n', 5],
    ['white space within it', 'AAA AAA', 5],
    ['the url-safe alphabet', '__--AAA', 5],
    ['a character that is not hexadecimal', '000000000g', 5],
    ['characters beyond ASCII that end like digits', '\u0130'.repeat(10), 5],
    ['too little padding', 'AAAAAAAAAA=', 7],
    ['padding in front', '=AAAAAAA', 5],
    ['padding alone', '=======', 5],
    ['padding in place of bytes', 'AAAAAA==', 5],
    ['bits beyond its last byte', 'AAAAAAB', 5],
    ['bits beyond its last byte and padding', 'AAAAAAB=', 5],
    ['a 0x in front', '0x00000000', 5],
    ['nothing', '', 5],
  ])('with %s is refused', (_, text, length) => {
    expect(parseBytes(text, length)).toBeNull();
  });
});

describe('an account', () => {
  const account = fc.uint8Array({ minLength: 33, maxLength: 33 });

  test('becomes a map key of 33 characters and comes back the same', () => {
    fc.assert(
      fc.property(account, (bytes) => {
        const key = accountKey(bytes as AccountId);
        expect(key).toHaveLength(33);
        expect(accountFromKey(key)).toEqual(bytes);
      }),
    );
  });

  test('has 33 bytes of any prefix', () => {
    expect([32, 33, 34].map((length) => parseAccount(new Uint8Array(length)) !== null)).toEqual([false, true, false]);
  });
});

describe('a list of namespaces', () => {
  test.each([
    [[0], true],
    [[-32_768, -1, 0, 32_767], true],
    [[], false],
    [[1, 1], false],
    [[2, 1], false],
    [[32_768], false],
    [[-32_769], false],
    [[0.5], false],
    [[Number.NaN], false],
  ])('%j: %p', (list, isGood) => {
    expect(areNamespaces(list)).toBe(isGood);
  });

  test('may be as long as a record has room for', () => {
    const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
    expect(areNamespaces(upTo(MAX_NAMESPACES))).toBe(true);
    expect(areNamespaces(upTo(MAX_NAMESPACES + 1))).toBe(false);
  });
});
