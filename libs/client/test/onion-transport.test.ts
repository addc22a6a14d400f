import { describe, expect, test } from '@jest/globals';
import { encryptLayer } from '../../../test/stubs/wire/onion-cipher.ts';
import { createRelayClient, onionTransport, type OnionTransportOptions, type Post, RelayError } from '../src/index.ts';
import { type Followed, openRoute, sealAnswer } from './onion-route.ts';
import { person, phone } from './phones.ts';

const route = openRoute();

interface Guard {
  readonly urls: readonly string[];
  readonly bodies: readonly Uint8Array[];
  readonly post: Post;
}

/** Follows what comes to its end and answers with what `answer` makes of it. */
function guard(answer: (followed: Followed) => Uint8Array, status = 200): Guard {
  const urls: string[] = [];
  const bodies: Uint8Array[] = [];
  return {
    urls,
    bodies,
    post: (url, body) => {
      urls.push(url);
      bodies.push(body);
      return Promise.resolve({ status, headers: {}, body: answer(route.follow(body)) });
    },
  };
}

const clientOver = (post: Post, options: Partial<OnionTransportOptions> = {}) => {
  const { onionKey, path } = route;
  const transport = onionTransport({
    relayUrl: 'https://push.example.org',
    onionKey,
    path: () => path,
    post,
    ...options,
  });
  return createRelayClient({ transport, nowMs: () => 0 });
};
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe.each(['xchacha20', 'aes-gcm'] as const)('a request under %s', (encType) => {
  test('goes from node to node to the relay, and its answer comes back', async () => {
    const seen: Followed[] = [];
    const { post, urls } = guard((followed) => {
      seen.push(followed);
      return sealAnswer(200, '[{"success":true,"added":true}]', followed.answerKey);
    });
    const outcomes = await clientOver(post, { encType }).subscribe([{ signer: person(0), namespaces: [0] }], phone);
    expect(outcomes).toEqual([{ kind: 'registered', isNew: true }]);
    expect(urls).toEqual(['https://guard.example:22021/onion_req/v2']);

    const key = expect.stringMatching(/^[0-9a-f]{64}$/);
    const [, middle, exit] = route.path;
    expect(seen[0]?.told).toEqual([
      { destination: middle.ed25519, ephemeral_key: key, enc_type: 'xchacha20' },
      { destination: exit.ed25519, ephemeral_key: key, enc_type: 'xchacha20' },
      {
        host: 'push.example.org',
        target: '/oxen/v4/lsrpc',
        port: 443,
        protocol: 'https',
        method: 'POST',
        ephemeral_key: key,
        enc_type: encType,
      },
    ]);
    const [metadata, body] = seen[0]?.request ?? [];
    expect(metadata).toEqual({
      method: 'POST',
      endpoint: '/subscribe',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(body ?? '')).toMatchObject([{ pubkey: person(0).account }]);
  });

  test('takes another one-time key for every layer and every request', async () => {
    const keys: unknown[] = [];
    const { post, bodies } = guard(({ told, answerKey }) => {
      keys.push(...told.map((each) => each['ephemeral_key']));
      return sealAnswer(200, '[]', answerKey);
    });
    const client = clientOver(post, { encType });
    await client.probe();
    await client.probe();
    const outer = bodies.map((body) => /"ephemeral_key":"([0-9a-f]{64})"/.exec(Buffer.from(body).toString())?.[1]);
    expect(new Set([...keys, ...outer]).size).toBe(8);
  });

  test('is told of overload by the relay’s own status and headers, inside', async () => {
    const { post } = guard(({ answerKey }) =>
      sealAnswer(503, '[{"error":3,"message":"later"}]', answerKey, { 'Retry-After': 30, odd: null }),
    );
    const error = await failureOf(
      clientOver(post, { encType }).subscribe([{ signer: person(0), namespaces: [0] }], phone),
    );
    expect(error).toMatchObject({ code: 'overloaded', retryAfterS: 30, items: [{ code: 'unavailable' }] });
  });

  test('does not accept an answer with any bit flipped', async () => {
    let bit = 0;
    let bits = 1;
    const { post } = guard(({ answerKey }) => {
      const answer = sealAnswer(200, '[]', answerKey);
      bits = answer.length * 8;
      answer[bit >> 3] = (answer[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return answer;
    });
    const client = clientOver(post, { encType });
    for (; bit < bits; bit += 13) expect(await failureOf(client.probe())).toMatchObject({ code: 'unreadable' });
    expect(bit).toBeGreaterThan(13);
  });

  test.each([
    ['no list', 'd1:a1:be'],
    ['one string', 'l12:{"code":200}e'],
    ['three strings', 'l12:{"code":200}2:[]0:e'],
    ['metadata that is no JSON', 'l4:{{{{2:[]e'],
    ['metadata that is a list', 'l2:[]2:[]e'],
    ['metadata without a status', 'l2:{}2:[]e'],
    ['a status that is text', 'l14:{"code":"200"}2:[]e'],
    ['a status that is none', 'l11:{"code":99}2:[]e'],
    ['nothing', ''],
  ])('does not accept an answer that holds %s', async (_, text) => {
    const { post } = guard(({ answerKey }) => encryptLayer(Buffer.from(text), answerKey));
    expect(await failureOf(clientOver(post, { encType }).probe())).toMatchObject({ code: 'unreadable' });
  });
});

describe('a path', () => {
  const fine = guard(({ answerKey }) => sealAnswer(200, '[]', answerKey));

  test.each([400, 404, 406, 421, 500, 502, 504])('that fails with status %i is to blame', async (status) => {
    const { post } = guard(() => Buffer.from('Next node is currently unreachable'), status);
    expect(await failureOf(clientOver(post).probe())).toMatchObject({ code: 'path-failed', status });
  });

  test('that answers by itself, in clear, is not believed', async () => {
    const { post } = guard(() => Buffer.from('l12:{"code":200}2:[]e'));
    expect(await failureOf(clientOver(post).probe())).toMatchObject({ code: 'unreadable' });
  });

  test('whose first node is not there is to blame; one that is silent runs out of time', async () => {
    const broken = clientOver(() => Promise.reject(new Error('ECONNREFUSED')));
    expect(await failureOf(broken.probe())).toMatchObject({
      code: 'path-failed',
      status: null,
      message: 'the first node of the path could not be reached',
    });
    const silent = clientOver(() => new Promise(() => {}), { timeoutMs: 10 });
    expect(await failureOf(silent.probe())).toMatchObject({
      code: 'timed-out',
      message: 'no answer came through the onion path within 10 ms',
    });
  });

  test('that cannot be found is a failed path', async () => {
    const cause = new Error('no nodes');
    const client = clientOver(fine.post, { path: () => Promise.reject(cause) });
    expect(await failureOf(client.probe())).toMatchObject({ code: 'path-failed', status: null, cause });
  });

  test.each([0, 1, 2])('with an unusable key in place %i is not used', async (place) => {
    for (const spoiled of [{ x25519: '00'.repeat(32) }, { x25519: 'ab' }, { ed25519: 'x' }]) {
      const [first, second, third] = route.path.map((node, index) =>
        index === place ? { ...node, ...spoiled } : node,
      );
      const path = [first, second, third] as unknown as typeof route.path;
      const error = await failureOf(clientOver(fine.post, { path: () => path }).probe());
      expect(error).toMatchObject({ code: 'path-failed', status: null });
    }
  });

  const [guardNode, middle, exit] = route.path;
  const { url: _, ...withoutUrl } = guardNode;
  const alias = (key: 'ed25519' | 'x25519') => ({ ...exit, [key]: guardNode[key].toUpperCase() });
  const NOT_THREE = 'the path must be three nodes, each with its ed25519 and x25519 key';
  const NOT_DIFFERENT = 'the path must be three different nodes';
  test.each<[what: string, path: unknown, message: string]>([
    ['is nothing', undefined, NOT_THREE],
    ['is no list', { 0: guardNode, 1: middle, 2: exit, length: 3 }, NOT_THREE],
    ['has two nodes', [guardNode, middle], NOT_THREE],
    ['has four nodes', [guardNode, middle, exit, exit], NOT_THREE],
    ['has a node that is undefined', [guardNode, undefined, exit], NOT_THREE],
    ['has a gap', Object.assign([guardNode], { 2: exit }), NOT_THREE],
    ['has a node without a key', [guardNode, { ed25519: middle.ed25519 }, exit], NOT_THREE],
    ['has a key that is no text', [guardNode, middle, { ...exit, x25519: 5 }], NOT_THREE],
    ['has a first node without a url', [withoutUrl, middle, exit], 'the first node of the path must have a url'],
    ['is one node thrice', [guardNode, guardNode, guardNode], NOT_DIFFERENT],
    ['returns to its guard', [guardNode, middle, guardNode], NOT_DIFFERENT],
    ['stays at a node', [guardNode, middle, middle], NOT_DIFFERENT],
    ['has the guard’s Ed25519 key again', [guardNode, middle, alias('ed25519')], NOT_DIFFERENT],
    ['has the guard’s X25519 key again', [guardNode, middle, alias('x25519')], NOT_DIFFERENT],
  ])('that %s is refused, and nothing is sent', async (_what, path, message) => {
    const { post, urls } = guard(({ answerKey }) => sealAnswer(200, '[]', answerKey));
    const error = await failureOf(clientOver(post, { path: () => path as typeof route.path }).probe());
    expect(error).toBeInstanceOf(RelayError);
    expect(error).toMatchObject({ code: 'path-failed', status: null, message });
    expect(urls).toEqual([]);
  });

  test('is asked for before every request, and may be awaited', async () => {
    let asked = 0;
    const client = clientOver(fine.post, {
      path: () => {
        asked += 1;
        return Promise.resolve(route.path);
      },
    });
    await client.probe();
    await client.probe();
    expect(asked).toBe(2);
  });

  test('may name its guard with a slash at the end, and keys in upper case', async () => {
    const { post, urls } = guard(({ answerKey }) => sealAnswer(200, '[]', answerKey));
    const loud = route.path.map(({ x25519, ed25519 }) => ({
      x25519: x25519.toUpperCase(),
      ed25519: ed25519.toUpperCase(),
      url: 'http://127.0.0.1:1/',
    })) as unknown as typeof route.path;
    await clientOver(post, { path: () => loud }).probe();
    expect(urls).toEqual(['http://127.0.0.1:1/onion_req/v2']);
  });

  test('is told a relay’s port and scheme, and an IPv6 address as URLs have it', async () => {
    const told: unknown[] = [];
    const { post } = guard((followed) => {
      told.push(followed.told[2]);
      return sealAnswer(200, '[]', followed.answerKey);
    });
    for (const relayUrl of ['http://[2001:db8::1]:8080', 'http://push.example.org', 'https://push.example.org:444/']) {
      await clientOver(post, { relayUrl }).probe();
    }
    expect(told).toMatchObject([
      { protocol: 'http', host: '[2001:db8::1]', port: 8080 },
      { protocol: 'http', host: 'push.example.org', port: 80 },
      { protocol: 'https', host: 'push.example.org', port: 444 },
    ]);
  });
});
