import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { wrapForPath } from '../client/onion-path.ts';
import { sealLayer, writeFrame } from '../wire/onion.ts';
import { randomBytes } from '../wire/sodium.ts';
import { enter, onionMessage, tell, textOf } from './test-onion.ts';
import { type OnionWorld, startOnionWorld } from './onion-world.ts';

let world: OnionWorld;
let relay: OnionWorld['relay'];
let nodes: OnionWorld['nodes'];
let path: OnionWorld['path'];
beforeAll(async () => {
  world = await startOnionWorld();
  ({ relay, nodes, path } = world);
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(() => world.stillServes());

const server = { host: '127.0.0.1', target: '/oxen/v4/lsrpc', port: 1, protocol: 'http' };
const key = randomBytes(32).toString('hex');
const anything = randomBytes(100);

describe('what comes in from outside', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['random bytes', randomBytes(500)],
    ['no JSON', writeFrame(anything, {}).subarray(0, -2)],
    ['a length beyond the end', Buffer.concat([Buffer.from([255, 255, 255, 255]), anything])],
    ['no key', writeFrame(anything, {})],
    ['a key that is no hex', writeFrame(anything, { ephemeral_key: 'x'.repeat(64) })],
    ['a short key', writeFrame(anything, { ephemeral_key: key.slice(2) })],
    ['an unknown encryption', writeFrame(anything, { ephemeral_key: key, enc_type: 'rot13' })],
    ['a hop number that is none', writeFrame(anything, { ephemeral_key: key, hop_no: 'one' })],
  ])('%s is refused with 400', async (_, body) => {
    expect(textOf(await enter(path[0], body))).toEqual([400, 'Error parsing onion request']);
  });

  test.each([
    ['that nobody sealed', writeFrame(anything, { ephemeral_key: key })],
    ['of no bytes', writeFrame(Buffer.alloc(0), { ephemeral_key: key, enc_type: 'gcm' })],
    ['under a key of small order', writeFrame(anything, { ephemeral_key: '00'.repeat(32) })],
    ['under another such key', writeFrame(anything, { ephemeral_key: `01${'00'.repeat(31)}`, enc_type: 'xchacha20' })],
  ])('a layer %s is refused with 400', async (_, body) => {
    expect(textOf(await enter(path[0], body))).toEqual([400, 'Invalid ciphertext']);
  });

  test('a request with any part of it changed leads nowhere', async () => {
    const arrived = relay.arrivals.length;
    const { body } = wrapForPath(onionMessage('x'), path, { relayUrl: relay.url, onionKey: relay.onionKey });
    for (let at = 0; at < body.length; at += 17) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect((await enter(path[0], changed)).status).toBe(400);
    }
    expect(relay.arrivals).toHaveLength(arrived);
  });

  test('a request meant for another node is not opened', async () => {
    const { body } = wrapForPath(onionMessage('x'), path, { relayUrl: relay.url, onionKey: relay.onionKey });
    expect(textOf(await enter(path[1], body))).toEqual([400, 'Invalid ciphertext']);
  });

  test('a body larger than the listener takes is refused with 413', async () => {
    expect((await enter(path[0], Buffer.alloc(3_000_000))).status).toBe(413);
  });

  test('random bodies and layers get a 4xx or 5xx', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given));
    await fc.assert(
      fc.asyncProperty(bytes, fc.jsonValue(), async (payload, json) => {
        const framed = writeFrame(payload, json as never);
        expect((await enter(path[0], payload)).status).toBe(400);
        expect((await enter(path[0], framed)).status).toBe(400);
        expect((await tell([path[0]], payload))[0]).toBe(400);
        expect((await tell([path[0]], framed))[0]).toBe(400);
      }),
      { numRuns: 50 },
    );
  });

  test('a hop number that is already too high is ended by the next node', async () => {
    const { sealed } = sealLayer(
      writeFrame(anything, { destination: path[1].pubkeyEd25519, ephemeral_key: key }),
      Buffer.from(path[0].pubkeyX25519, 'hex'),
      'xchacha20',
    );
    const said = { ephemeral_key: sealed.ephemeralKey.toString('hex'), enc_type: 'xchacha20' };
    const from = async (hopNo: number): Promise<string> =>
      textOf(await enter(path[0], writeFrame(sealed.ciphertext, { ...said, hop_no: hopNo })))[1];
    expect(await from(15)).toBe('onion request max path length exceeded');
    expect(await from(Number.MAX_SAFE_INTEGER - 1)).toBe('onion request max path length exceeded');
    expect(await from(14)).toBe('Invalid ciphertext');
    expect(await from(-1_000_000)).toBe('Invalid ciphertext');
    expect(await from(1e300)).toBe('Error parsing onion request');
  });
});

describe('what a node finds in a layer', () => {
  test.each([
    ['no frame', Buffer.from('?')],
    ['no instruction', writeFrame(anything, {})],
    ['a destination that is no key', writeFrame(anything, { destination: 'x', ephemeral_key: key })],
    ['a destination without a key to seal with', writeFrame(anything, { destination: key })],
    [
      'a destination with a bad encryption',
      writeFrame(anything, { destination: key, ephemeral_key: key, enc_type: 1 }),
    ],
    ['a host that is no text', writeFrame(anything, { ...server, host: 7 })],
    ['a port out of range', writeFrame(anything, { ...server, port: 65_536 })],
    ['a port that is text', writeFrame(anything, { ...server, port: '80' })],
    ['no target', writeFrame(anything, { ...server, target: undefined })],
  ])('%s is refused with 400, one hop further as well', async (_, layer) => {
    expect(await tell([path[0]], layer)).toEqual([400, 'Invalid json']);
    expect(await tell(path.slice(0, 2), layer)).toEqual([400, 'Invalid json']);
  });

  test('a layer that the next node cannot open is refused by it', async () => {
    const said = { destination: path[1].pubkeyEd25519, ephemeral_key: key };
    expect(await tell([path[0]], writeFrame(anything, said))).toEqual([400, 'Invalid ciphertext']);
  });

  test.each([
    '/',
    '',
    'oxen/v4/lsrpc',
    '/oxen/v4/lsrpc/',
    '/oxen/v4/lsrpc?x=/lsrpc',
    '/oxen/v4?/lsrpc',
    '/oxen/xlsrpc',
    '/loki/v3/files',
    '/other/oxen/v4/lsrpc',
    '/OXEN/v4/lsrpc',
    '/oxen/v4/LSRPC',
    '/oxen/a b/lsrpc',
    '/oxen/v4/lsrpc\r\nx: y\r\n/lsrpc',
    'http://127.0.0.1/oxen/v4/lsrpc',
  ])('the target %j is refused with 400, and no server is called', async (target) => {
    const proxied = nodes[0]?.stats.onion.proxied;
    const port = Number(new URL(relay.url).port);
    expect(await tell([path[0]], writeFrame(anything, { ...server, port, target }))).toEqual([400, 'Invalid url']);
    expect(nodes[0]?.stats.onion.proxied).toBe(proxied);
  });

  test('a protocol other than http and https is refused with 400', async () => {
    for (const protocol of ['ftp', 'file', 'HTTP', 7]) {
      expect(await tell([path[0]], writeFrame(anything, { ...server, protocol }))).toEqual([400, 'Invalid url']);
    }
  });

  test.each(['/loki/v3/lsrpc', '/oxen/lsrpc', '/oxen/v4/lsrpc'])('the target %s is served', async (target) => {
    const port = Number(new URL(relay.url).port);
    const layer = writeFrame(anything, { ...server, port, target, ephemeral_key: key });
    expect(await tell([path[0]], layer)).toEqual([400, 'cannot be opened']);
  });

  test('a call for the node itself is refused with 400, in words that say why', async () => {
    const layer = writeFrame(Buffer.from('{"method":"info"}'), { headers: {} });
    expect(await tell([path[0]], layer)).toEqual([400, 'This stub serves no calls that come as onion requests']);
  });
});
