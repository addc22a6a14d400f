import { describe, expect, test } from '@jest/globals';
import type { NodeKey } from '@push/watch';
import { linkIdentity } from '../src/identity.ts';

const SECRET = new Uint8Array(32).fill(1);
const INSTANCE = new Uint8Array(16).fill(2);
const NODE = '11'.repeat(32) as NodeKey;

const publicKey = (secret = SECRET, instance = INSTANCE, node = NODE): string =>
  linkIdentity(secret, instance, node).publicKey.toString('hex');

describe('our identity towards a node', () => {
  test('is the same each time', () => {
    expect(publicKey()).toBe(publicKey());
  });

  test('is another one for another node, process or secret', () => {
    const other = [
      publicKey(SECRET, INSTANCE, '22'.repeat(32) as NodeKey),
      publicKey(SECRET, new Uint8Array(16).fill(3)),
      publicKey(new Uint8Array(32).fill(4)),
    ];
    expect(new Set([publicKey(), ...other]).size).toBe(4);
  });

  test('is pinned, so that a change of the derivation is a decision', () => {
    expect(publicKey()).toMatchInlineSnapshot(`"483ecb15fb974227d9ca73c411d34f8131ce6e53674dd8bdf1fd03f6ddcfbf29"`);
  });

  test('is announced as L and the public key', () => {
    const { publicKey: key, routingId } = linkIdentity(SECRET, INSTANCE, NODE);
    expect(routingId).toEqual(Buffer.concat([Buffer.from('L'), key]));
  });
});
