import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { bencode, type Encodable } from '../wire/bencode.ts';
import { randomBytes, x25519Pair } from '../wire/sodium.ts';
import { writeHop } from './onion-hop.ts';
import { routingIdOf } from './peer-link.ts';
import { connectPeer } from './test-peer.ts';
import { type OnionWorld, startOnionWorld } from './onion-world.ts';

let world: OnionWorld;
let network: OnionWorld['network'];
let nodes: OnionWorld['nodes'];
let path: OnionWorld['path'];
beforeAll(async () => {
  world = await startOnionWorld();
  ({ network, nodes, path } = world);
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.stillServes());

const key = randomBytes(32).toString('hex');
const anything = randomBytes(100);

describe('sn.onion_request', () => {
  const hop = (more: { readonly [name: string]: Encodable } = {}): Buffer =>
    bencode({ data: anything, enc_type: 'xchacha20', ephemeral_key: randomBytes(32), hop_no: 1, ...more });
  const asNode = (index: number): Buffer => routingIdOf(Buffer.from((path[index] ?? path[0]).pubkeyX25519, 'hex'));

  test('an outsider is told that this is for service nodes', async () => {
    const opened = nodes[0]?.stats.onion.opened;
    for (const id of [undefined, routingIdOf(x25519Pair().publicKey), asNode(1).subarray(1), Buffer.from('L')]) {
      await using peer = connectPeer(path[0], id);
      expect(await peer.ask('sn.onion_request', 'tag', hop())).toEqual(['FORBIDDEN_SN', 'REPLY', 'tag']);
    }
    expect(nodes[0]?.stats.onion.opened).toBe(opened);
  });

  test('who shows the id of a listed node is taken for it', async () => {
    await using peer = connectPeer(path[0], asNode(1));
    expect((await peer.request('sn.onion_request', hop())).map(String)).toEqual(['400', 'Invalid ciphertext']);
  });

  test('a node is found out when oxend no longer lists it', async () => {
    const former = { ...path[1], pubkeyEd25519: key, pubkeyX25519: x25519Pair().publicKey.toString('hex') };
    const id = routingIdOf(Buffer.from(former.pubkeyX25519, 'hex'));
    network.oxend.list.put([former]);
    await network.refresh();
    await using peer = connectPeer(path[0], id);
    expect((await peer.ask('sn.onion_request', 'tag', hop()))[0]).toBe('REPLY');
    network.oxend.list.remove(key);
    await network.refresh();
    expect((await peer.ask('sn.onion_request', 'tag', hop()))[0]).toBe('FORBIDDEN_SN');
  });

  test.each([
    ['no part', []],
    ['two parts', [hop(), hop()]],
    ['no dict', [Buffer.from('le')]],
    ['no bencode', [anything]],
    ['no data', [bencode({ ephemeral_key: randomBytes(32) })]],
    ['a short key', [hop({ ephemeral_key: randomBytes(31) })]],
    ['a key in hex', [hop({ ephemeral_key: key })]],
    ['an unknown encryption', [hop({ enc_type: 'rot13' })]],
    ['an encryption that is a number', [hop({ enc_type: 1 })]],
    ['a hop number that is text', [hop({ hop_no: '1' })]],
  ])('a request with %s is refused with 400', async (_, parts) => {
    await using peer = connectPeer(path[0], asNode(1));
    const answer = await peer.request('sn.onion_request', ...parts);
    expect(answer.map(String)).toEqual(['400', 'Invalid internal onion request']);
  });

  test('a hop number above fifteen is refused with 400, one below one counts as one', async () => {
    await using peer = connectPeer(path[0], asNode(1));
    const ask = async (hopNo: number | bigint): Promise<string> =>
      String((await peer.request('sn.onion_request', hop({ hop_no: hopNo })))[1]);
    expect(await ask(16)).toBe('onion request max path length exceeded');
    expect(await ask(2n ** 64n - 1n)).toBe('onion request max path length exceeded');
    expect(await ask(15)).toBe('Invalid ciphertext');
    expect(await ask(-(2n ** 63n))).toBe('Invalid ciphertext');
  });

  test('a hop is written as nodes write it', () => {
    const sealed = { ciphertext: Buffer.from('abc'), ephemeralKey: Buffer.alloc(32, 0x6b), cipher: 'aes-gcm' } as const;
    expect(String(writeHop({ sealed, hopNo: 2 }))).toBe(
      `d4:data3:abc8:enc_type7:aes-gcm13:ephemeral_key32:${'k'.repeat(32)}6:hop_noi2ee`,
    );
  });
});
