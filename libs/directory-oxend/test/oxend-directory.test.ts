import { afterEach, describe, expect, test } from '@jest/globals';
import type { DirectoryAnswer } from '@push/watch';
import { createAuthority } from '../../../test/stubs/certificate/authority.ts';
import { freePort } from '../../../test/world/redis-server.ts';
import { createOxendDirectory } from '../src/index.ts';
import { type Reply, type RpcServer, startRpcServer } from './rpc-server.ts';

const never = new AbortController().signal;
const servers: RpcServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(reply: Reply, tls?: { key: string; cert: string }): Promise<RpcServer> {
  const server = await startRpcServer(reply, tls);
  servers.push(server);
  return server;
}

const listing =
  (block: string): Reply =>
  (response) => {
    const node = `{"pubkey_x25519":"${'a'.repeat(64)}","public_ip":"1.2.3.4","storage_lmq_port":1,"swarm_id":18446744073709551614}`;
    response.end(`{"result":{"block_hash":"${block}","height":3,"service_node_states":[${node}]}}`);
  };
const text =
  (body: string): Reply =>
  (response) =>
    void response.end(body);

const directory = (...urls: readonly URL[]) =>
  createOxendDirectory({ urls, ca: null, limits: { timeoutMs: 300, maxBytes: 10_000 } });
const failure = (reason: string): DirectoryAnswer => ({ kind: 'failed', reason }) as DirectoryAnswer;

describe('a poll', () => {
  test('asks for active nodes and the fields it needs, and names the last block from then on', async () => {
    const blocks = ['first', 'second'];
    const server = await serve((response) => listing(blocks[server.calls.length - 1] ?? 'none')(response));
    const oxend = directory(server.url);
    expect(await oxend.poll(never)).toMatchObject({
      kind: 'listed',
      height: 3,
      nodes: [{ swarmId: 18446744073709551614n }],
    });
    await oxend.poll(never);
    await oxend.poll(never);
    const fields = {
      pubkey_x25519: true,
      public_ip: true,
      storage_lmq_port: true,
      swarm_id: true,
      block_hash: true,
      height: true,
    };
    expect(server.calls.map(({ method }) => method)).toEqual(Array(3).fill('get_service_nodes'));
    expect(server.calls.map(({ params }) => params)).toEqual([
      { active_only: true, fields },
      { active_only: true, fields, poll_block_hash: 'first' },
      { active_only: true, fields, poll_block_hash: 'second' },
    ]);
  });

  test('says when nothing changed', async () => {
    const server = await serve((response) =>
      (server.calls.length === 1 ? listing('b') : text('{"result":{"unchanged":true}}'))(response),
    );
    const oxend = directory(server.url);
    await oxend.poll(never);
    expect(await oxend.poll(never)).toEqual({ kind: 'unchanged' });
  });

  test.each([
    ['garbled', text('{"result":{"service_node_states":[{"swarm_id":')],
    ['rpc-error', text('{"error":{"code":-1}}')],
    ['too-large', text('x'.repeat(10_001))],
    ['timed-out', () => {}],
    ['timed-out', (response) => void response.write('{')],
    ['http-status', (response) => void response.writeHead(500).end('{}')],
    ['http-status', (response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
    ['unreachable', (response) => void response.destroy()],
    [
      'unreachable',
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setImmediate(() => response.destroy());
      },
    ],
  ] as [string, Reply][])('that goes wrong is %s, and the next good one works', async (reason, reply) => {
    const server = await serve((response) => (server.calls.length === 1 ? reply : listing('b'))(response));
    const oxend = directory(server.url);
    expect(await oxend.poll(never)).toEqual(failure(reason));
    expect((await oxend.poll(never)).kind).toBe('listed');
  });

  test('reads no more than 4 MB', async () => {
    const server = await serve(text('['.repeat(4_000_001)));
    const oxend = createOxendDirectory({ urls: [server.url], ca: null });
    expect(await oxend.poll(never)).toEqual(failure('too-large'));
  });

  test('ends at once when the process stops', async () => {
    const server = await serve(() => {});
    const stop = new AbortController();
    const answer = createOxendDirectory({ urls: [server.url], ca: null }).poll(stop.signal);
    stop.abort();
    expect(await answer).toEqual(failure('unreachable'));
  });
});

describe('several oxends', () => {
  test('are tried in order, beginning with the one that answered last', async () => {
    const bad = await serve(text('nonsense'));
    const good = await serve(listing('b'));
    const nobody = new URL(`http://127.0.0.1:${await freePort()}/json_rpc`);
    const oxend = directory(nobody, bad.url, good.url);
    expect((await oxend.poll(never)).kind).toBe('listed');
    expect((await oxend.poll(never)).kind).toBe('listed');
    expect([bad.calls.length, good.calls.length]).toEqual([1, 2]);
  });

  test('fail with the last reason when none answers well', async () => {
    const bad = await serve(text('nonsense'));
    const nobody = new URL(`http://127.0.0.1:${await freePort()}/json_rpc`);
    expect(await directory(nobody, bad.url).poll(never)).toEqual(failure('garbled'));
  });
});

describe('an oxend behind https', () => {
  test('is believed only under the authority that was given', async () => {
    const authority = await createAuthority('oxend test');
    const { key, certificate } = await authority.issueServer(['127.0.0.1']);
    const server = await serve(listing('b'), { key, cert: certificate });
    const poll = (ca: Buffer | null) => createOxendDirectory({ urls: [server.url], ca }).poll(never);
    expect(await poll(null)).toEqual(failure('unreachable'));
    expect((await poll(Buffer.from(authority.certificate))).kind).toBe('listed');
    const stranger = await createAuthority('another');
    expect(await poll(Buffer.from(stranger.certificate))).toEqual(failure('unreachable'));
  });
});
