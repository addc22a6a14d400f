import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { formatKeyRing, parseKeyRing } from '@push/sealing';
import type { UnixSeconds } from '@push/protocol';
import { bencode } from '../../../test/stubs/wire/bencode.ts';
import type { EncType } from '../../../test/stubs/wire/onion-cipher.ts';
import { x25519Pair } from '../../../test/stubs/wire/sodium.ts';
import { createPhone, type Fields } from './phone.ts';
import { type OnionRequest, sealPlaintext, sealRequest } from './onion-phone.ts';
import { eventually, openRelay, type RunningRelay } from './relay-world.ts';

let relay: RunningRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
});

const PATH = '/oxen/v4/lsrpc';
const ENC_TYPES: readonly (EncType | undefined)[] = ['xchacha20', 'xchacha20-poly1305', 'aes-gcm', 'gcm', undefined];

/** Brings a request to the relay as the last storage node of a path does, and reads what was sealed for the phone. */
async function bring({ body, read }: OnionRequest) {
  const response = await relay.post(PATH, body);
  const answer = new Uint8Array(await response.arrayBuffer());
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  const { text, ...rest } = read(answer);
  return { ...rest, text: text.trimEnd(), bytes: answer.length };
}

const onionOutcomes = async (): Promise<number[]> =>
  Promise.all(
    (['carried-out', 'not-opened', 'not-inside'] as const).map((outcome) =>
      relay.metrics.read('push_relay_onion_requests_total', { outcome }),
    ),
  );

describe('a registration in an onion request', () => {
  test.each(ENC_TYPES)('with %p is carried out, and renewed over HTTP', async (encType) => {
    const phone = createPhone();
    const inside = JSON.stringify(phone.subscribe());
    const answer = await bring(sealRequest(relay.onionKey, { body: inside }, encType));
    expect(answer).toMatchObject({ code: 200, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(Object.keys(answer.headers)).not.toContain('content-length');
    expect(JSON.parse(answer.text)).toMatchObject({ success: true, added: true });
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ updated: true });
  });

  test('may be a list, and be ended the same way', async () => {
    const phones = [createPhone(), createPhone({ prefix: '03' })];
    const post = async (endpoint: string, items: unknown) => {
      const answer = await bring(sealRequest(relay.onionKey, { endpoint, body: JSON.stringify(items) }, 'xchacha20'));
      return JSON.parse(answer.text) as unknown;
    };
    expect(
      await post(
        '/subscribe',
        phones.map((phone) => phone.subscribe()),
      ),
    ).toMatchObject([{ added: true }, { added: true }]);
    expect(
      await post(
        '/unsubscribe',
        phones.map((phone) => phone.unsubscribe()),
      ),
    ).toMatchObject([{ removed: true }, { removed: true }]);
  });

  test('may be as large as over HTTP, and no larger', async () => {
    const ofLength = (length: number): OnionRequest =>
      sealRequest(relay.onionKey, { body: `[]${' '.repeat(length - 2)}` });
    expect(await bring(ofLength(100_000))).toMatchObject({ code: 200, text: '[]' });
    expect(await bring(ofLength(100_001))).toMatchObject({ code: 413 });
    const response = await relay.post(PATH, Buffer.alloc(108_401));
    expect([response.status, await response.json()]).toEqual([413, { error: 1, message: expect.any(String) }]);
  });

  test.each([1, 8, 10, 100])('of %i is answered at the same length, whatever came of it', async (count) => {
    const phones = Array.from({ length: count }, () => createPhone());
    const many = (change: (fields: Fields) => Fields): string => {
      const items = phones.map((phone) => change(phone.subscribe()));
      return JSON.stringify(count === 1 ? items[0] : items);
    };
    const lengths = new Map<number, string>();
    for (const change of [
      (fields: Fields) => fields,
      (fields: Fields) => fields,
      (fields: Fields) => ({ ...fields, signature: '00'.repeat(64) }),
      (fields: Fields) => ({ ...fields, namespaces: [] }),
      () => ({}),
    ]) {
      const { bytes, text } = await bring(sealRequest(relay.onionKey, { body: many(change) }, 'xchacha20'));
      lengths.set(bytes, text);
    }
    expect([...lengths.keys()]).toHaveLength(1);
  });

  test('is answered at the length of one registration when it fails as a whole', async () => {
    const lengths = new Set<number>();
    for (const inside of [
      { body: '[]' },
      { body: 'x' },
      { endpoint: '/x', body: '' },
      { method: 'PUT', body: '' },
      {},
    ]) {
      lengths.add((await bring(sealRequest(relay.onionKey, inside, 'xchacha20'))).bytes);
    }
    lengths.add(
      (await bring(sealRequest(relay.onionKey, { body: JSON.stringify(createPhone().subscribe()) }, 'xchacha20')))
        .bytes,
    );
    expect([...lengths]).toHaveLength(1);
  });

  test('may spell its headers as it likes', async () => {
    for (const headers of [{ 'CONTENT-TYPE': 'text/html' }, { 'X-Forwarded-For': '1.2.3.4' }, null, {}]) {
      expect(await bring(sealRequest(relay.onionKey, { body: '[]', headers }))).toMatchObject({ code: 200 });
    }
    expect(relay.log.join()).not.toContain('1.2.3.4');
  });

  test('replayed by a storage node, later and in any order, changes nothing', async () => {
    let nowS = Math.floor(Date.now() / 1000);
    const phone = createPhone({ nowS: () => nowS });
    const old = sealRequest(
      relay.onionKey,
      { body: JSON.stringify(phone.subscribe({ namespaces: [0] })) },
      'xchacha20',
    );
    const leaving = sealRequest(
      relay.onionKey,
      { endpoint: '/unsubscribe', body: JSON.stringify(phone.unsubscribe({ sig_ts: nowS + 1 })) },
      'xchacha20',
    );
    expect(JSON.parse((await bring(old)).text)).toMatchObject({ added: true });
    expect(JSON.parse((await bring(old)).text)).toMatchObject({ updated: true });
    expect(JSON.parse((await bring(leaving)).text)).toMatchObject({ removed: true });
    expect(JSON.parse((await bring(old)).text)).toMatchObject({ error: 4 });
    nowS += 2;
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ added: true });
    expect(JSON.parse((await bring(leaving)).text)).toMatchObject({ error: 4 });
    expect(JSON.parse((await bring(old)).text)).toMatchObject({ updated: true });
    expect((await relay.ask('/unsubscribe', phone.unsubscribe())).body).toMatchObject({ removed: true });
  });
});

describe('inside as over HTTP', () => {
  const phone = createPhone();
  test.each<readonly [string, string, string]>([
    ['POST', '/subscribe', '[]'],
    ['POST', '/subscribe', JSON.stringify(phone.subscribe())],
    ['POST', '/subscribe', JSON.stringify([{}, phone.subscribe({ service: 'x' })])],
    ['POST', '/subscribe?a=b', '[]'],
    ['POST', '/subscribe', 'x'],
    ['POST', '/subscribe', `[${'0,'.repeat(600)}0]`],
    ['POST', '/unsubscribe', JSON.stringify(phone.unsubscribe({ sig_ts: 1 }))],
    ['POST', '/subscribe/', '[]'],
    ['POST', '//subscribe', '[]'],
    ['POST', '/%73ubscribe', '[]'],
    ['POST', '/%zz', '[]'],
    ['PUT', '/subscribe', '[]'],
    ['DELETE', '/unsubscribe', ''],
    ['GET', '/', ''],
    ['GET', '/openapi.json', ''],
  ])('%s %s %.30s is answered alike', async (method, endpoint, body) => {
    const withBody = method === 'GET' ? {} : { body };
    await relay.ask('/subscribe', phone.subscribe());
    const response = await fetch(relay.url + endpoint, { method, ...withBody });
    const direct = [response.status, response.headers.get('content-type'), await response.text()];
    const inside = await bring(sealRequest(relay.onionKey, { method, endpoint, ...withBody }, 'xchacha20'));
    expect([inside.code, inside.headers['content-type'], inside.text]).toEqual(direct);
  });
});

test('a list of groups is answered inside while others hold hundreds of huge bodies back', async () => {
  const stalled = Array.from({ length: 700 }, () => {
    const socket = connect(relay.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n');
    socket.write(Buffer.alloc(99_000, 0x20));
    return socket;
  });
  try {
    // Somebody is given up: there is no room for another.
    await Promise.any(stalled.map((socket) => once(socket, 'data')));
    const groups = Array.from({ length: 100 }, () => createPhone({ prefix: '03' }).subscribe());
    const answer = await bring(sealRequest(relay.onionKey, { body: JSON.stringify(groups) }, 'xchacha20'));
    expect([answer.code, answer.text.match(/"added":true/g)]).toEqual([200, Array(100).fill('"added":true')]);
  } finally {
    for (const socket of stalled) socket.destroy();
  }
});

describe('whatever else is inside', () => {
  test.each([
    ['another path', { endpoint: '/nothing', body: '' }, 404],
    ['an onion request', { endpoint: PATH, body: 'x' }, 404],
    ['another method', { method: 'GET' }, 405],
    ['a method in small letters', { method: 'post', body: '[]' }, 405],
    ['a body that is no JSON', { body: 'x' }, 400],
    ['no body', {}, 400],
    ['the admin interface', { method: 'GET', endpoint: '/metrics' }, 404],
  ])('as %s is answered inside', async (_, inside, code) => {
    const answer = await bring(sealRequest(relay.onionKey, inside, 'xchacha20'));
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.text)).toEqual({ error: 1, message: expect.any(String) });
  });

  test('as openapi.json is answered as over HTTP', async () => {
    const inside = await bring(sealRequest(relay.onionKey, { method: 'GET', endpoint: '/openapi.json' }, 'gcm'));
    const response = await fetch(`${relay.url}/openapi.json`);
    expect([inside.code, inside.text]).toEqual([200, await response.text()]);
  });

  test.each<readonly [string, Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['noise', randomBytes(500)],
    ['a second element too many', bencode([JSON.stringify({ method: 'POST', endpoint: '/subscribe' }), '[]', ''])],
    ['lists without end', Buffer.from('l'.repeat(50_000))],
    ['metadata that is no JSON', bencode(['x', '[]'])],
  ])('as %s gets one and the same 400 inside', async (_, plaintext) => {
    const { code, text } = await bring(sealPlaintext(relay.onionKey, plaintext, 'xchacha20'));
    const message = 'the request inside the onion request is malformed';
    expect([code, JSON.parse(text)]).toEqual([400, { error: 1, message }]);
  });
});

describe('what cannot be opened', () => {
  const good = (): OnionRequest => sealRequest(relay.onionKey, { body: '[]' }, 'xchacha20');
  const flip = ({ body }: OnionRequest, at: number): Buffer => {
    const flipped = Buffer.from(body);
    flipped[at] = (flipped[at] ?? 0) ^ 0x01;
    return flipped;
  };
  const withKey = (hex: string): Buffer => {
    const { body, keyAt } = good();
    body.write(hex, keyAt);
    return body;
  };
  const withLength = (change: number): Buffer => {
    const { body } = good();
    body.writeUInt32LE(body.readUInt32LE() + change);
    return body;
  };

  test('gets the same bare 400, byte for byte, whatever is wrong with it', async () => {
    const request = good();
    const before = await onionOutcomes();
    const bodies = [
      Buffer.alloc(0),
      randomBytes(50),
      randomBytes(100_000),
      flip(request, 3),
      flip(request, 4),
      flip(request, 4 + request.ciphertextBytes - 1),
      flip(request, request.keyAt),
      withKey('00'.repeat(32)),
      withKey(`01${'00'.repeat(31)}`),
      withKey(`ec${'ff'.repeat(30)}7f`),
      withLength(-1),
      withLength(1),
      withLength(0x7fffffff),
      request.body.subarray(0, -1),
      request.body.subarray(0, 4 + request.ciphertextBytes),
      sealRequest(x25519Pair().publicKey.toString('hex'), { body: '[]' }).body,
    ];
    const answers = new Set<string>();
    for (const body of bodies) {
      const response = await relay.post(PATH, body);
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      answers.add(JSON.stringify([response.status, headers, await response.text()]));
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('[400,');
    const after = await onionOutcomes();
    expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual([0, bodies.length, 0]);
    expect(await bring(good())).toMatchObject({ code: 200 });
  });

  test('is counted, and nothing of it is logged', async () => {
    const lines = relay.log.length;
    await relay.post(PATH, randomBytes(300));
    expect(relay.log).toHaveLength(lines);
  });

  test('is no path for another method', async () => {
    const response = await fetch(relay.url + PATH);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

test('a key that is added to the ring is opened with at once, and the old one still is', async () => {
  await using other = await openRelay();
  const file = other.keys['RELAY_ONION_SECRET_FILE'] ?? '';
  const ring = parseKeyRing(readFileSync(file, 'latin1'), 'onion');
  if (!ring.ok) throw new Error(ring.problem);
  const fresh = x25519Pair();
  const newer = { createdAt: Math.floor(Date.now() / 1000) as UnixSeconds, key: fresh.secretKey };
  writeFileSync(`${file}.new`, formatKeyRing([newer, ...ring.ring]), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  const status = async (key: string): Promise<number> =>
    (await other.post(PATH, sealRequest(key, { body: '[]' }, 'xchacha20').body)).status;
  await eventually(async () => (await status(fresh.publicKey.toString('hex'))) === 200);
  expect(await status(other.onionKey)).toBe(200);
});
