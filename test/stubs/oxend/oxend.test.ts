import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServiceNode } from '../wire/service-nodes.ts';
import { NO_SWARM } from '../wire/swarm-space.ts';
import { type Oxend, startOxend } from './oxend.ts';

const node = (name: string, swarmId: bigint, more: Partial<ServiceNode> = {}): ServiceNode => ({
  pubkeyEd25519: name,
  pubkeyX25519: '11'.repeat(32),
  ip: '127.0.0.1',
  httpPort: 1001,
  omqPort: 1002,
  swarmId,
  isActive: true,
  ...more,
});

const BIG = 9_223_372_036_854_775_809n;
let oxend: Oxend;
beforeAll(async () => {
  oxend = await startOxend();
});
afterAll(() => oxend[Symbol.asyncDispose]());
beforeEach(() => {
  for (const { pubkeyEd25519 } of oxend.list.nodes) oxend.list.remove(pubkeyEd25519);
  oxend.list.put([
    node('a', BIG),
    node('b', BIG),
    node('c', 7n),
    node('d', NO_SWARM, { isActive: false }),
    node('e', 7n, { ip: '0.0.0.0', omqPort: 0, httpPort: 0 }),
  ]);
});

const post = async (url: string, body: unknown, method = 'POST'): Promise<string> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (await fetch(url, { method, body: text })).text();
};
const rpc = async (params: object): Promise<{ text: string; result: Record<string, unknown> }> => {
  const text = await post(oxend.rpcUrl, { jsonrpc: '2.0', id: 5, method: 'get_service_nodes', params });
  return { text, ...(JSON.parse(text) as { result: Record<string, unknown> }) };
};

describe('get_service_nodes', () => {
  test('lists active nodes with the fields asked for and no others, usable or not', async () => {
    const fields = {
      pubkey_x25519: true,
      public_ip: true,
      storage_lmq_port: true,
      swarm_id: true,
      block_hash: true,
      height: true,
    };
    const { result } = await rpc({ active_only: true, fields });
    const nodes = result['service_node_states'] as Record<string, unknown>[];
    expect(nodes).toHaveLength(4);
    expect(nodes[0]).toEqual({
      pubkey_x25519: '11'.repeat(32),
      public_ip: '127.0.0.1',
      storage_lmq_port: 1002,
      swarm_id: Number(BIG),
    });
    expect(nodes.map((each) => each['public_ip'])).toContain('0.0.0.0');
    expect(Object.keys(result).toSorted()).toEqual(['block_hash', 'height', 'service_node_states', 'status']);
  });

  test('writes swarm ids with all their digits as plain numbers', async () => {
    const { text } = await rpc({});
    expect(text).toContain(`"swarm_id":${BIG},`);
    expect(text).toContain(`"swarm_id":18446744073709551615,`);
  });

  test('answers a poll with unchanged and no nodes until a block comes', async () => {
    const { result: first } = await rpc({});
    const poll = { poll_block_hash: first['block_hash'] };
    const { result: same } = await rpc(poll);
    expect(same).toMatchObject({ unchanged: true, block_hash: first['block_hash'], height: first['height'] });
    expect(same['service_node_states']).toBeUndefined();
    oxend.list.advance();
    const { result: next } = await rpc(poll);
    expect(next['height']).toBe((first['height'] as number) + 1);
    expect(next['block_hash']).not.toBe(first['block_hash']);
    expect(next['service_node_states']).toHaveLength(5);
  });

  test('answers nonsense with a JSON-RPC error', async () => {
    expect(await post(oxend.rpcUrl, '{"a')).toContain('-32700');
    expect(await post(oxend.rpcUrl, { id: 1, method: 'get_info' })).toContain('-32601');
  });

  test('can be down, or answer what is no JSON', async () => {
    oxend.setMode('down');
    expect((await fetch(oxend.rpcUrl, { method: 'POST', body: '{}' })).status).toBe(503);
    oxend.setMode('garbage');
    await expect(rpc({})).rejects.toThrow(/JSON/);
    oxend.setMode('honest');
  });
});

describe('control', () => {
  const members = (swarmId: bigint): string[] => oxend.list.membersOf(swarmId).map((each) => each.pubkeyEd25519);
  const control = (path: string, body: unknown, method?: string): Promise<string> =>
    post(`${oxend.controlUrl}/${path}`, body, method);

  test('a node moves to another swarm in one block', async () => {
    const before = oxend.list.height;
    await control('reshuffle', { action: 'move', node: 'a', swarm: '7' });
    expect(members(7n)).toEqual(['a', 'c', 'e']);
    expect(oxend.list.height).toBe(before + 1);
  });

  test('a swarm splits in two, half-way to the next one on the ring', async () => {
    await control('reshuffle', { action: 'split', swarm: String(BIG) });
    const founded = (BIG + (2n ** 64n - BIG + 7n) / 2n) % 2n ** 64n;
    expect(members(BIG)).toEqual(['a']);
    expect(members(founded)).toEqual(['b']);
  });

  test('two swarms become one', async () => {
    await control('reshuffle', { action: 'merge', swarm: '7', into: String(BIG) });
    expect(members(BIG)).toEqual(['a', 'b', 'c', 'e']);
    expect(members(7n)).toEqual([]);
  });

  test('nodes are entered and removed', async () => {
    const { isActive: _, ...entry } = node('f', 0n);
    await control('nodes', { ...entry, swarmId: '12' }, 'PUT');
    expect(members(12n)).toEqual(['f']);
    expect(JSON.parse(await (await fetch(`${oxend.controlUrl}/state`)).text())).toMatchObject({
      height: oxend.list.height,
    });
    await fetch(`${oxend.controlUrl}/nodes/f`, { method: 'DELETE' });
    expect(members(12n)).toEqual([]);
  });

  test('a change that makes no sense is refused and changes nothing', async () => {
    const before = oxend.list.height;
    for (const change of [
      '{',
      {},
      { action: 'split', swarm: '99' },
      { action: 'move', node: 'x', swarm: '7' },
      { action: 'merge', swarm: '7' },
    ]) {
      expect(await control('reshuffle', change)).toContain('error');
    }
    expect(await control('nodes', { pubkeyEd25519: 'x' }, 'PUT')).toContain('error');
    expect(oxend.list.height).toBe(before);
  });
});
