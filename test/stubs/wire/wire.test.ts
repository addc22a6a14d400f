import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bdecode, bencode, type BencodedDict, BencodeError } from './bencode.ts';
import { fromBase64 } from './bytes.ts';
import { ed25519FromSeed, x25519Of, x25519PairOf } from './sodium.ts';
import { NO_SWARM, swarmOf, swarmSpaceOf } from './swarm-space.ts';
import { vectors } from './vectors.ts';

test('an account has the place and the swarm that the vectors give it', () => {
  const { swarm_ids, accounts } = vectors('swarm');
  const ids = swarm_ids.map(BigInt);
  for (const { account, swarm_space, swarm_id } of accounts) {
    const bytes = Buffer.from(account, 'hex');
    expect([swarmSpaceOf(bytes), swarmOf(bytes, ids)].map(String)).toEqual([swarm_space, swarm_id]);
  }
});

test('an account half-way between two swarms belongs to the one below it, around the end of the ring as well', () => {
  const at = (space: bigint): Buffer => {
    const account = Buffer.alloc(33);
    account.writeBigUInt64BE(space, 1);
    return account;
  };
  expect(swarmOf(at(20n), [10n, 30n])).toBe(10n);
  expect(swarmOf(at(20n), [30n, 10n])).toBe(10n);
  expect(swarmOf(at(0n), [2n ** 64n - 5n, 5n])).toBe(2n ** 64n - 5n);
});

test('nodes without a swarm draw no account to them', () => {
  const last = Buffer.alloc(33);
  last.writeBigUInt64BE(NO_SWARM, 1);
  expect(swarmOf(last, [7n, NO_SWARM])).toBe(7n);
  expect(swarmOf(last, [NO_SWARM])).toBeNull();
});

test('keys come from seeds as in the vectors', () => {
  for (const { seed, ed25519, session_id } of vectors('accounts')) {
    const pair = ed25519FromSeed(Buffer.from(seed, 'hex'));
    expect(pair.publicKey.toString('hex')).toBe(ed25519);
    expect(x25519PairOf(pair).publicKey).toEqual(x25519Of(pair.publicKey));
    expect(`05${x25519PairOf(pair).publicKey.toString('hex')}`).toBe(session_id);
  }
});

describe('bencode', () => {
  test('what is written is read again', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    })).value;
    fc.assert(fc.property(value, (given) => expect(bdecode(bencode(given as never))).toEqual(given)));
  });

  test('dict keys are written in byte order, and a dict says whether it was read in order', () => {
    expect(bencode({ n: 1, P: 2, '~': 3, '@': 4 }).toString()).toBe('d1:@i4e1:Pi2e1:ni1e1:~i3ee');
    const isOrdered = (text: string): boolean => (bdecode(Buffer.from(text)) as BencodedDict).isOrdered;
    expect(isOrdered('d1:Pi1e1:ni1ee')).toBe(true);
    expect(isOrdered('d1:ni1e1:Pi1ee')).toBe(false);
    expect(isOrdered('d1:ni1e1:ni1ee')).toBe(false);
  });

  test.each([
    '',
    'i01e',
    'i-0e',
    'ie',
    'i1',
    '01:a',
    '2:a',
    'l',
    'd',
    'd1:ae',
    'di1ei1ee',
    'i1ei2e',
    'x',
    '-1:a',
    'l'.repeat(99),
  ])('refuses %j', (text) => {
    expect(() => bdecode(Buffer.from(text))).toThrow(BencodeError);
  });

  test('random bytes give a value or a BencodeError', () => {
    const outcome = (bytes: Uint8Array): unknown => {
      try {
        bdecode(Buffer.from(bytes));
        return 'value';
      } catch (error) {
        return (error as BencodeError).code;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => expect(['value', 'BENCODE']).toContain(outcome(bytes))),
    );
  });
});

test('base64 is read with and without padding, and nothing else is', () => {
  expect(fromBase64('YWI=')?.toString()).toBe('ab');
  expect(fromBase64('YWI')?.toString()).toBe('ab');
  for (const bad of ['Y', 'YWI==', 'YW!', 'YWI=YWI=', 'YW_-']) expect(fromBase64(bad)).toBeNull();
});
