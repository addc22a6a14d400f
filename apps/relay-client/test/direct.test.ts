import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../test/stubs/certificate/authority.ts';
import { type Relay, startRelay } from './relay.ts';
import { client, type Outcome } from './run-client.ts';
import { type Listener, type RunningServer, startServer } from './server.ts';

let relay: Relay;
let folder: string;
let other: RunningServer | null;
beforeEach(async () => {
  relay = await startRelay();
  folder = mkdtempSync(join(tmpdir(), 'relay-client-'));
  other = null;
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const json = ({ out }: Outcome): unknown => JSON.parse(out);
/** Each of the lines, with times left out. */
const lines = (text: string): readonly string[] =>
  text
    .replaceAll(/\d+ ms/g, 'N ms')
    .trimEnd()
    .split('\n');
const TOOK = expect.any(Number);

describe('status', () => {
  test('says that a relay answers, and what it tells about itself', async () => {
    relay.document = { info: { version: '1.2.3' }, 'x-services': ['apns', 'firebase'] };
    const asked = await client('status', '--relay', relay.url);
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(lines(asked.out)).toEqual([
      'A relay answers, in N ms, directly.',
      '(Whether it can store registrations is not asked here; `register` tells.)',
      'Version:  1.2.3',
      'Services: apns, firebase',
    ]);
    expect(json(await client('status', '--relay', relay.url, '--json'))).toEqual({
      ok: true,
      command: 'status',
      exitCode: 0,
      route: 'direct',
      tookMs: TOOK,
      version: '1.2.3',
      services: ['apns', 'firebase'],
    });
    expect(relay.items).toEqual([]);
  });

  test.each([
    [null],
    [{}],
    [[]],
    ['text'],
    [{ info: null, 'x-services': null }],
    [{ info: { version: 5 }, 'x-services': 'apns' }],
  ])('needs no document that says so: %j', async (document) => {
    relay.document = document;
    expect(json(await client('status', '--relay', relay.url, '--json'))).toMatchObject({
      ok: true,
      version: null,
      services: null,
    });
  });

  test('prints nothing of a document that could move the terminal', async () => {
    relay.document = { info: { version: '1\u001B[2J\n2' }, 'x-services': ['a\u0007b', { deep: 1 }] };
    const { out } = await client('status', '--relay', relay.url);
    expect(out.includes('\u001B') || out.includes('\u0007')).toBe(false);
    expect(lines(out)).toHaveLength(4);
  });
});

describe('register', () => {
  test('tries a throw-away account and leaves nothing behind', async () => {
    const { code, out, err } = await client('register', '--relay', relay.url);
    expect([code, err]).toEqual([0, '']);
    expect(lines(out)).toEqual([
      'The relay registered the device: added, in N ms, directly.',
      'The token is made up: nobody will be woken by this registration.',
      'The account was a throw-away, and is unregistered again.',
    ]);
    expect(relay.items).toHaveLength(2);
    expect(relay.items[0]).toMatchObject({ service: 'firebase', namespaces: [0], data: false });
    expect([...relay.registered]).toEqual([]);
  });

  test('takes another account and token each time', async () => {
    await client('register', '--relay', relay.url);
    await client('register', '--relay', relay.url);
    expect(new Set(relay.items.map((item) => item['pubkey'])).size).toBe(2);
    expect(new Set(relay.items.map((item) => JSON.stringify(item['service_info']))).size).toBe(2);
  });

  test('keeps a throw-away account registered if told to', async () => {
    const { code, out } = await client('register', '--relay', relay.url, '--keep', '--token', 'a-token');
    expect([code, relay.registered.size]).toEqual([0, 1]);
    expect(lines(out)[1]).toContain('ends by itself after 14 days');
    expect(json(await client('register', '--relay', relay.url, '--keep', '--json'))).toMatchObject({
      accountIsThrowAway: true,
      unregistered: false,
    });
  });

  test('sends what it was told to', async () => {
    const token = 'cd'.repeat(32);
    const args = ['--service', 'apns-sandbox', '--token', token, '--namespaces', '4,0,2'];
    expect((await client('register', '--relay', relay.url, ...args)).code).toBe(0);
    expect(relay.items[0]).toMatchObject({
      service: 'apns-sandbox',
      service_info: { token },
      namespaces: [0, 2, 4],
    });
  });

  test('with a seed file makes an account, renews it, and unregister ends it', async () => {
    const seedFile = join(folder, 'seed');
    const args = ['--relay', relay.url, '--seed-file', seedFile];
    const first = await client('register', ...args);
    expect(lines(first.out)).toEqual([
      'The relay registered the device: added, in N ms, directly.',
      `A new account was made; its seed is in ${seedFile}.`,
      'The token is made up: nobody will be woken by this registration.',
    ]);
    expect(statSync(seedFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(seedFile, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    const second = await client('register', ...args, '--json');
    expect(json(second)).toMatchObject({ outcome: 'updated', seedFileCreated: false, accountIsThrowAway: false });
    expect(relay.registered.size).toBe(1);

    const ended = await client('unregister', ...args);
    expect(lines(ended.out)).toEqual(['The relay ended the registration in N ms, directly.']);
    expect(relay.registered.size).toBe(0);
    const again = await client('unregister', ...args, '--json');
    expect([again.code, json(again)]).toMatchObject([0, { ok: true, outcome: 'nothing-there' }]);
  });

  test('names the account only in JSON, and only if told to', async () => {
    const args = ['--relay', relay.url, '--seed-file', join(folder, 'seed')];
    const told = await client('register', ...args, '--json', '--show-account');
    const { account } = json(told) as { readonly account: string };
    expect(account).toBe(relay.items[0]?.['pubkey']);
    for (const outcome of [
      await client('register', ...args),
      await client('register', ...args, '--json'),
      await client('unregister', ...args),
    ]) {
      expect(outcome.out + outcome.err).not.toContain(account.slice(-6));
    }
    expect(json(await client('unregister', ...args, '--json', '--show-account'))).toMatchObject({ account });
  });

  test.each([
    ['others may read', 'ab'.repeat(32), 0o644, 'names a file that others may read or write; use mode 0600'],
    ['holds something else', 'seed', 0o600, 'must name a file of 64 hex digits'],
  ])('does not use a seed file that %s', async (_, text, mode, problem) => {
    const seedFile = join(folder, 'seed');
    writeFileSync(seedFile, text, { mode });
    for (const command of ['register', 'unregister']) {
      const { code, err } = await client(command, '--relay', relay.url, '--seed-file', seedFile);
      expect([code, lines(err)[0]]).toEqual([2, `relay-client: --seed-file ${problem}`]);
    }
    expect([readFileSync(seedFile, 'utf8'), relay.items]).toEqual([text, []]);
  });

  test('does not make a seed file where none can be, nor does unregister', async () => {
    const seedFile = join(folder, 'nowhere', 'seed');
    const codes = await Promise.all(
      ['register', 'unregister'].map((name) => client(name, '--relay', relay.url, '--seed-file', seedFile)),
    );
    expect(codes.map(({ code, err }) => [code, lines(err)[0]])).toEqual([
      [2, 'relay-client: --seed-file names a file that cannot be created'],
      [2, 'relay-client: --seed-file names a file that does not exist'],
    ]);
  });
});

const MAY_STAY =
  'relay-client: the registration of the throw-away account may stay for up to 14 days: nobody can end it';
const STAYS_IF_ARRIVED =
  'relay-client: if it arrived all the same, the registration of the throw-away account stays for up to 14 days: nobody can end it';

describe('a failure is told in text and JSON, with what to look at next:', () => {
  const refusing = (error: number, message: string) => (): { status: number; body: string } => ({
    status: 200,
    body: JSON.stringify([{ error, message }]),
  });
  const failure = async (code: number, error: string, ...args: readonly string[]): Promise<Outcome> => {
    const text = await client(...args);
    const asJson = await client(...args, '--json');
    expect([text.code, text.out, asJson.code, asJson.err]).toEqual([code, '', code, '']);
    expect(asJson.out.trimEnd().split('\n')).toHaveLength(1);
    expect(json(asJson)).toMatchObject({ ok: false, command: args[0], exitCode: code, error });
    expect(text.err).toMatch(/^(relay-client: .+\n){1,3}Next: .+\.\n$/);
    expect(text.err).not.toContain('onion');
    return text;
  };

  test.each([
    [1, 'bad-input', 1, 'enc_key must be 32 bytes'],
    [2, 'unknown-service', 1, 'service is not one that is offered here'],
    [3, 'unavailable', 4, 'the request could not be stored'],
    [4, 'refused', 1, 'signature does not verify'],
    [5, 'internal', 4, 'something went wrong here'],
    [77, 'unknown', 1, 'a new one'],
  ])('the relay refuses with error %i', async (number, error, code, message) => {
    relay.instead = refusing(number, message);
    const { err } = await failure(code, error, 'register', '--relay', relay.url);
    expect(lines(err)[0]).toBe(`relay-client: the relay refused with error ${number}: ${message}`);
  });

  test('the relay rejects the request as a whole', async () => {
    relay.instead = () => ({ status: 413, body: '{"error":1,"message":"too large"}' });
    const { err } = await failure(1, 'rejected', 'register', '--relay', relay.url);
    expect(err).toContain('status 413: too large');
  });

  test('the relay is overloaded', async () => {
    relay.instead = () => ({
      status: 503,
      headers: { 'retry-after': '30' },
      body: '[{"error":3,"message":"the request could not be stored"}]',
    });
    const { err } = await failure(4, 'overloaded', 'register', '--relay', relay.url);
    expect(lines(err)[1]).toBe('relay-client: it asks to come back in 30 s');
    expect(json(await client('register', '--relay', relay.url, '--json'))).toMatchObject({
      status: 503,
      retryAfterS: 30,
      tokenIsMadeUp: true,
    });
  });

  test('what was registered could not be unregistered', async () => {
    relay.instead = (path) => (path === '/unsubscribe' ? { status: 502, body: '' } : null);
    const { err } = await failure(3, 'unreachable', 'register', '--relay', relay.url);
    expect(err).toContain('registered, but not unregistered again: no relay answers there');
    expect(lines(err)[1]).toBe(MAY_STAY);
    relay.instead = (path) => (path === '/unsubscribe' ? refusing(4, 'no')() : null);
    expect(lines((await failure(1, 'refused', 'register', '--relay', relay.url)).err)[1]).toBe(MAY_STAY);
    relay.instead = (path) =>
      path === '/unsubscribe' ? { status: 200, body: '[{"success":true,"removed":false}]' } : null;
    expect(lines((await failure(3, 'unreadable', 'register', '--relay', relay.url)).err)[1]).toBe(MAY_STAY);
    expect(json(await client('register', '--relay', relay.url, '--json'))).toMatchObject({
      unregistered: false,
      registrationMayStay: true,
    });
  });

  test.each<[what: string, listener: Listener, code: string]>([
    ['never comes', () => {}, 'timed-out'],
    ['is cut off', (_, response) => void response.writeHead(200).write('[', () => response.destroy()), 'unreachable'],
    ['is that of a proxy that lost the relay', (_, response) => void response.writeHead(502).end(), 'unreachable'],
  ])('a throw-away registration may stay when the answer %s', async (_, listener, code) => {
    other = await startServer(listener);
    const args = ['register', '--relay', other.url, '--timeout-ms', '50'];
    expect(lines((await failure(3, code, ...args)).err)[1]).toBe(STAYS_IF_ARRIVED);
    const seedFile = join(folder, 'seed');
    expect((await client(...args, '--seed-file', seedFile)).err).not.toContain('14 days');
  });

  test('nothing stays of a registration that a relay did not carry out, or never saw', async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    expect((await failure(3, 'unreachable', 'register', '--relay', gone.url)).err).not.toContain('14 days');
    for (const instead of [refusing(4, 'no')(), { status: 413, body: '' }, { status: 503, body: '' }]) {
      relay.instead = () => instead;
      expect((await client('register', '--relay', relay.url)).err).not.toContain('14 days');
    }
  });

  test('the relay speaks plain http', async () => {
    const { host } = new URL(relay.url);
    const { err } = await failure(3, 'unreachable', 'status', '--relay', `https://${host}`);
    expect(lines(err)).toEqual([
      'relay-client: the relay could not be reached (EPROTO)',
      `Next: it may speak plain http: try --relay http://${host} instead; else check --relay, its name and certificate, the firewall, and that it runs.`,
    ]);
  });

  test.each(['status', 'register'])('nobody is there (%s)', async (command) => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const { err } = await failure(3, 'unreachable', command, '--relay', gone.url);
    expect(lines(err)[0]).toBe('relay-client: the relay could not be reached (ECONNREFUSED)');
  });

  test('nobody answers in time', async () => {
    other = await startServer(() => {});
    const { err } = await failure(3, 'timed-out', 'status', '--relay', other.url, '--timeout-ms', '50');
    expect(err).toContain('did not answer within 50 ms');
  });

  test('something else answers', async () => {
    other = await startServer((_, response) => void response.end('<html>Welcome to nginx!</html>'));
    const { err } = await failure(3, 'unreadable', 'status', '--relay', other.url);
    expect(err).toContain('the relay did not answer as a relay does');
  });

  test('the connection breaks off in the middle of the answer', async () => {
    other = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('[', () => response.destroy());
    });
    const { err } = await failure(3, 'unreachable', 'status', '--relay', other.url);
    expect(err).toContain('the relay could not be reached');
  });

  test('the other side switches to another protocol', async () => {
    other = await startServer((request) => {
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    const { err } = await failure(3, 'unreachable', 'status', '--relay', other.url);
    expect(err).toContain('the relay could not be reached');
  });

  test('an answer has no end', async () => {
    other = await startServer((_, response) => {
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536, 0x20), more));
      more();
    });
    const { err } = await failure(3, 'unreadable', 'status', '--relay', other.url);
    expect(err).toContain('larger than 1000000 bytes');
  });

  test('a redirect is not followed', async () => {
    other = await startServer((_, response) => void response.writeHead(307, { location: relay.url }).end());
    const { err } = await failure(3, 'unreadable', 'register', '--relay', other.url);
    expect(err).toContain('status 307');
    expect(relay.items).toEqual([]);
  });

  test('the relay’s certificate is not one that this machine trusts', async () => {
    const { certificate, key } = await (await createAuthority('nobody')).issueServer(['127.0.0.1']);
    other = await startServer((_, response) => void response.end('[]'), { cert: certificate, key });
    const { err } = await failure(3, 'unreachable', 'status', '--relay', other.url);
    expect(lines(err)[0]).toMatch(/could not be reached \(.*CERT.*\)|could not be reached \(.*SIGN.*\)/);
  });
});

test('nothing that is printed names a token or a seed, even if the relay repeats what it was sent', async () => {
  const seed = 'ef'.repeat(32);
  const token = 'dQw4w9WgXcQ:APA91bE-a-token-of-a-real-phone';
  const files = { seed: join(folder, 'seed'), token: join(folder, 'token') };
  writeFileSync(files.seed, seed, { mode: 0o600 });
  writeFileSync(files.token, token);
  const device = ['--seed-file', files.seed, '--token-file', files.token];
  const printed: string[] = [];
  for (const status of [200, 400, 503, 502]) {
    for (const instead of [
      () => null,
      (_: string, items: readonly object[]) => ({
        status,
        body: JSON.stringify(items.map((item) => ({ error: 4, message: JSON.stringify(item) }))),
      }),
      (_: string, items: readonly object[]) => ({
        status,
        body: JSON.stringify({ error: 1, message: JSON.stringify(items) }),
      }),
    ]) {
      relay.instead = instead;
      for (const command of ['register', 'unregister']) {
        for (const more of [[], ['--json']]) {
          const { out, err } = await client(command, '--relay', relay.url, ...device, ...more);
          printed.push(out, err);
        }
      }
    }
  }
  const account = String(relay.items[0]?.['pubkey']);
  const all = printed.join('\n');
  for (const secret of [seed, token, account, account.slice(2), String(relay.items[0]?.['session_ed25519'])]) {
    expect(all).not.toContain(secret);
  }
  expect(all).toContain('updated');
});
