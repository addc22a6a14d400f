import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuthority } from '../../../test/stubs/certificate/authority.ts';
import { type Relay, startRelay } from './relay.ts';
import { client, type Outcome } from './run-client.ts';
import { bytesOf, type RunningServer, startServer } from './server.ts';
import { startStorageNodes, type StorageNodes } from './storage-nodes.ts';

let relay: Relay;
let nodes: StorageNodes;
let guard: RunningServer | null;
beforeEach(async () => {
  relay = await startRelay();
  nodes = await startStorageNodes(relay);
  guard = null;
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
  await nodes[Symbol.asyncDispose]();
  await guard?.[Symbol.asyncDispose]();
});

const through = (...args: readonly string[]): Promise<Outcome> =>
  client(...args, '--relay', relay.url, '--onion', nodes.onionKey, '--oxend', nodes.oxendUrl, '--node-scheme', 'http');
const lines = ({ err }: Outcome): readonly string[] => err.trimEnd().split('\n');
const report = async (outcome: Promise<Outcome>): Promise<unknown> => JSON.parse((await outcome).out);

describe('through an onion path', () => {
  test.each(['xchacha20', 'aes-gcm'])('a device is registered, under %s', async (encType) => {
    const { code, out, err } = await through('register', '--enc-type', encType);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`through three storage nodes, ${encType}.`);
    expect(out).toContain('is unregistered again');
    expect(relay.items).toHaveLength(2);
    const { port } = new URL(relay.url);
    expect(nodes.told[2]).toMatchObject({
      host: '127.0.0.1',
      port: Number(port),
      protocol: 'http',
      target: '/oxen/v4/lsrpc',
      enc_type: encType,
    });
  });

  test('three different nodes are used, the same for the whole command, and no others than usable ones', async () => {
    await through('register');
    const [first, second] = [nodes.told.slice(0, 3), nodes.told.slice(3)];
    const named = (told: typeof first) => told.flatMap((each) => each['destination'] ?? []);
    expect(named(first)).toEqual(named(second));
    expect(new Set(named(first)).size).toBe(2);
    expect(nodes.told).toHaveLength(6);
  });

  test('a relay tells its status, and of itself over a direct connection', async () => {
    relay.document = { info: { version: '9.9.9' }, 'x-services': ['apns'] };
    expect(await report(through('status', '--json'))).toMatchObject({
      ok: true,
      route: 'onion',
      version: '9.9.9',
      services: ['apns'],
    });
  });

  test('status tells whether --onion is the key that the relay shows', async () => {
    relay.document = { 'x-onion-key': nodes.onionKey.toUpperCase() };
    expect(await report(through('status', '--json'))).toMatchObject({ ok: true, onionKeyIsShown: true });
    expect((await through('status')).out).not.toContain('--onion');
    relay.document = { 'x-onion-key': 'd0'.repeat(32) };
    expect(await report(through('status', '--json'))).toMatchObject({ ok: true, onionKeyIsShown: false });
    expect((await through('status')).out).toContain(
      '--onion is not the key that the relay shows at /openapi.json: it opens an older one still. `npm run keys:show` prints the newest.\n',
    );
    relay.document = { 'x-onion-key': 5 };
    expect(await report(through('status', '--json'))).toMatchObject({ ok: true, onionKeyIsShown: null });
  });

  test('a relay that is overloaded says so inside', async () => {
    relay.instead = () => ({ status: 503, headers: { 'retry-after': '30' }, body: '[]' });
    expect(await report(through('status', '--json'))).toMatchObject({
      exitCode: 4,
      error: 'overloaded',
      retryAfterS: 30,
      route: 'onion',
    });
  });

  test('a refusal of the relay is a refusal', async () => {
    relay.instead = () => ({ status: 200, body: '[{"error":2,"message":"not offered"}]' });
    expect((await through('register')).code).toBe(1);
  });

  test('a guard with a certificate of its own making is good enough', async () => {
    const { certificate, key } = await (await createAuthority('nobody')).issueServer(['other.example']);
    const forward = async (body: Buffer): Promise<Response> =>
      fetch(`${nodes.oxendUrl}/onion_req/v2`, { method: 'POST', body: new Uint8Array(body) });
    guard = await startServer(
      async (request, response) => {
        const answer = await forward(await bytesOf(request));
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      },
      { cert: certificate, key },
    );
    for (const node of nodes.listed) if (node.storage_port !== 0) node.storage_port = guard.port;
    const args = ['--relay', relay.url, '--onion', nodes.onionKey, '--oxend', `${nodes.oxendUrl}/json_rpc`];
    expect(await report(client('register', ...args, '--json'))).toMatchObject({ ok: true, outcome: 'added' });
  });
});

const STAYS_IF_ARRIVED =
  'relay-client: if it arrived all the same, the registration of the throw-away account stays for up to 14 days: nobody can end it';

describe('when the path fails, the exit code says so:', () => {
  test.each([400, 404, 500, 502, 504])('a node answers with status %i', async (status) => {
    nodes.failure = status;
    expect(await report(through('status', '--json'))).toMatchObject({ exitCode: 5, error: 'path-failed', status });
  });

  test('the first node is not there', async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    for (const node of nodes.listed) node.storage_port = gone.port;
    const { code, err } = await through('register');
    expect(code).toBe(5);
    expect(err).toContain('the first node of the path could not be reached (ECONNREFUSED)');
    expect(err).not.toContain('14 days');
  });

  test('the first node speaks plain http', async () => {
    const args = ['--relay', relay.url, '--onion', nodes.onionKey, '--oxend', nodes.oxendUrl];
    expect(lines(await client('status', ...args))).toEqual([
      'relay-client: the first node of the path could not be reached (EPROTO)',
      'Next: it may speak plain http: try --node-scheme http; else try again, over other nodes.',
    ]);
  });

  test.each([
    [502, 'or a node could not reach the next'],
    [504, 'or had no answer in time from it, or a node from the next'],
  ])('the relay cannot be reached from the last node, as status %i tells', async (status, otherwise) => {
    nodes.failure = status;
    const told = await through('status');
    expect([told.code, ...lines(told)]).toEqual([
      5,
      `relay-client: the last node could not reach the relay at ${relay.url}, ${otherwise} (status ${status})`,
      'Next: check that the relay runs, and that its URL, https or http, and its certificate work from the internet; try again, over other nodes.',
    ]);
    expect(lines(await through('register'))[1]).toBe(STAYS_IF_ARRIVED);
  });

  test('nobody answers through the path, which may be the relay’s fault', async () => {
    nodes.failure = 'silent';
    const told = await through('register', '--timeout-ms', '200');
    expect([told.code, ...lines(told)]).toEqual([
      5,
      'relay-client: no answer came through the onion path within 200 ms: the relay or a node may hang',
      STAYS_IF_ARRIVED,
      'Next: try again, over other nodes; if it stays so, check that the relay runs and is not overloaded, or wait longer with --timeout-ms.',
    ]);
    const asJson = through('register', '--timeout-ms', '200', '--json');
    expect(await report(asJson)).toMatchObject({ exitCode: 5, error: 'path-timed-out', registrationMayStay: true });
  });

  test('what answers at the end is no relay', async () => {
    guard = await startServer((_, response) => void response.end('<html>'));
    for (const node of nodes.listed) if (node.storage_port !== 0) node.storage_port = guard.port;
    const told = await through('status');
    expect([told.code, ...lines(told)]).toEqual([
      3,
      'relay-client: the answer was not sealed with the key of the request',
      'Next: check that --relay is a relay’s URL; if it is, try again, over other nodes.',
    ]);
  });

  test('there are not enough nodes', async () => {
    nodes.listed.splice(0, 2);
    const { code, err } = await through('register');
    expect(code).toBe(5);
    expect(err).toContain('fewer than three usable storage nodes');
  });

  test('an oxend that lists one node three times lists one', async () => {
    const one = nodes.listed.find((node) => node.storage_port > 1 && node.public_ip === '127.0.0.1');
    nodes.listed.splice(
      0,
      nodes.listed.length,
      ...Array.from({ length: 3 }, () => ({ ...one }) as (typeof nodes.listed)[0]),
    );
    const { code, err } = await through('register');
    expect([code, err]).toEqual([5, expect.stringContaining('fewer than three usable storage nodes')]);
  });

  test('the key is not the relay’s, as the last node reports', async () => {
    const unopened = (command: string, ...more: readonly string[]): Promise<Outcome> => {
      const [route, key] = [['--relay', relay.url, '--node-scheme', 'http'], 'd0'.repeat(32)];
      return client(command, ...route, '--onion', key, '--oxend', nodes.oxendUrl, ...more);
    };
    const PROBABLY = 'relay-client: the relay could not open it: --onion is probably not this relay’s key (status 400)';
    for (const command of ['status', 'register']) {
      const told = await unopened(command);
      expect([told.code, ...lines(told)]).toEqual([
        5,
        PROBABLY,
        'Next: compare --onion with the key that `npm run keys:show` prints; if it is the same, try again, over other nodes.',
      ]);
    }
    relay.document = { 'x-onion-key': nodes.onionKey };
    expect(lines(await unopened('status'))).toEqual([
      PROBABLY,
      'relay-client: --onion is not the key that the relay shows at /openapi.json',
      'Next: give --onion the key that `npm run keys:show` prints where the relay runs.',
    ]);
    const asJson = { exitCode: 5, error: 'path-failed', status: 400, onionKeyIsShown: false };
    expect(await report(unopened('status', '--json'))).toMatchObject(asJson);
  });

  test('the key is the relay’s, but some node could not open its part', async () => {
    relay.document = { 'x-onion-key': nodes.onionKey };
    nodes.failure = 400;
    expect(lines(await through('status'))).toEqual([
      'relay-client: the path answered with status 400, though --onion is the key that the relay shows at /openapi.json',
      'Next: try again, over other nodes; if it stays so, check that --relay leads storage nodes to the same relay.',
    ]);
  });
});

describe('before there is a path:', () => {
  test('a key that cannot be one is a matter of the command line', async () => {
    const args = ['--relay', relay.url, '--onion', '00'.repeat(32), '--oxend', nodes.oxendUrl];
    const { code, err } = await client('status', ...args);
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'relay-client: --onion must be 64 hex digits of a usable X25519 key',
    ]);
  });

  test.each([
    ['is no JSON', 200, '<html>', 'unreadable'],
    ['has no list', 200, '{"result":{"status":"OK"}}', 'unreadable'],
    ['is an error', 200, '{"error":{"code":-1}}', 'unreadable'],
    ['is null', 200, 'null', 'unreadable'],
    ['has another status', 403, '', 'unreadable'],
    ['lists nonsense', 200, '{"result":{"service_node_states":[null,5,"a",{},[]]}}', 'path-failed'],
  ])('an answer of oxend that %s', async (_, status, body, error) => {
    nodes.instead = (_request, response) => void response.writeHead(status).end(body);
    const exitCode = error === 'path-failed' ? 5 : 3;
    const told = await report(through('status', '--json'));
    expect(told).toMatchObject({
      exitCode,
      error,
      next: expect.stringMatching(/^check --oxend(?!.*(--relay|--onion))/),
    });
  });

  test('an oxend that speaks plain http', async () => {
    const args = ['--relay', relay.url, '--onion', nodes.onionKey, '--oxend', nodes.oxendUrl.replace('http', 'https')];
    const told = await client('register', ...args);
    expect([told.code, ...lines(told)]).toEqual([
      3,
      'relay-client: oxend could not be reached (EPROTO)',
      'Next: check --oxend; it may speak plain http: try it with http instead.',
    ]);
  });

  test('an oxend that is not there, is silent, or has no end', async () => {
    nodes.instead = () => {};
    const silent = await report(through('status', '--json', '--timeout-ms', '50'));
    expect(silent).toMatchObject({
      exitCode: 3,
      error: 'timed-out',
      message: 'oxend did not answer within 50 ms',
      next: 'check --oxend, or wait longer with --timeout-ms',
    });
    nodes.instead = (_, response) => {
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(262_144, 0x20), more));
      more();
    };
    expect(await report(through('status', '--json'))).toMatchObject({ exitCode: 3, error: 'unreadable' });
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const args = ['--relay', relay.url, '--onion', nodes.onionKey, '--oxend', gone.url, '--json'];
    expect(await report(client('status', ...args))).toMatchObject({
      exitCode: 3,
      error: 'unreachable',
      message: 'oxend could not be reached (ECONNREFUSED)',
      next: 'check --oxend, and that it runs and can be reached from here',
    });
  });
});
