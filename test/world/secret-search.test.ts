import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { findSecrets } from './secret-search.ts';

const secret = { name: 'the token', bytes: randomBytes(32) };

test.each([
  ['raw', (bytes: Buffer) => bytes],
  ['hex', (bytes: Buffer) => Buffer.from(bytes.toString('hex'))],
  ['HEX', (bytes: Buffer) => Buffer.from(bytes.toString('hex').toUpperCase())],
  ['base64+0', (bytes: Buffer) => Buffer.from(bytes.toString('base64'))],
  [
    'base64+1',
    (bytes: Buffer) => Buffer.from(Buffer.concat([Buffer.from('x'), bytes, Buffer.from('yz')]).toString('base64')),
  ],
  ['base64url+2', (bytes: Buffer) => Buffer.from(Buffer.concat([Buffer.from('ab'), bytes]).toString('base64url'))],
])('finds a secret spelt as %s inside other bytes', (form, spell) => {
  const content = Buffer.concat([randomBytes(5_000), spell(Buffer.from(secret.bytes)), randomBytes(5_000)]);
  expect(findSecrets([{ place: 'a file', content }], [secret])).toContainEqual({
    secret: 'the token',
    form,
    place: 'a file',
  });
});

test('finds nothing where nothing is', () => {
  expect(findSecrets([{ place: 'noise', content: randomBytes(1_000_000) }], [secret])).toEqual([]);
});
