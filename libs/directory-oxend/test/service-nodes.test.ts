import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readServiceNodes } from '../src/service-nodes.ts';

const KEY = 'aB'.repeat(32);
const GARBLED = { kind: 'failed', reason: 'garbled' };

/** The text of one node; values are written as given, so that digits beyond a double can be. */
function node(fields: Readonly<Record<string, string>> = {}): string {
  const members = {
    pubkey_x25519: `"${KEY}"`,
    public_ip: '"144.76.164.202"',
    storage_lmq_port: '22020',
    swarm_id: '1',
    ...fields,
  };
  return `{${Object.entries(members)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `"${name}":${value}`)
    .join()}}`;
}

const result = (...nodes: readonly string[]): string =>
  `{"jsonrpc":"2.0","id":0,"result":{"block_hash":"${'b'.repeat(64)}","height":7,"service_node_states":[${nodes.join()}],"status":"OK"}}`;

function nodesOf(text: string) {
  const read = readServiceNodes(text, false);
  if (read.kind !== 'listed') throw new Error(`not listed: ${JSON.stringify(read)}`);
  return read.nodes;
}

describe('a list of service nodes', () => {
  test('gives each node its swarm, key, address and port', () => {
    expect(readServiceNodes(result(node()), false)).toEqual({
      kind: 'listed',
      height: 7,
      blockHash: 'b'.repeat(64),
      nodes: [{ swarmId: 1n, node: { key: KEY.toLowerCase(), host: '144.76.164.202', port: 22_020 } }],
    });
  });

  test.each(['0', '9007199254740993', '9223372036854775808', '18446744073709551614'])(
    'keeps every digit of swarm id %s',
    (digits) => {
      expect(nodesOf(result(node({ swarm_id: digits })))[0]?.swarmId).toBe(BigInt(digits));
    },
  );

  test('has no swarm for a node whose swarm id is all ones', () => {
    const nodes = nodesOf(result(node({ swarm_id: '18446744073709551615' }), node()));
    expect(nodes.map(({ swarmId }) => swarmId)).toEqual([null, 1n]);
  });

  test.each([
    ['an empty key', { pubkey_x25519: '""' }],
    ['no key', { pubkey_x25519: '' }],
    ['a key of 63 digits', { pubkey_x25519: `"${'a'.repeat(63)}"` }],
    ['a key that is not hexadecimal', { pubkey_x25519: `"${'g'.repeat(64)}"` }],
    ['a key of another type', { pubkey_x25519: '5' }],
    ['an empty address', { public_ip: '""' }],
    ['the address 0.0.0.0', { public_ip: '"0.0.0.0"' }],
    ['a host name', { public_ip: '"node.example"' }],
    ['an address with a port', { public_ip: '"1.2.3.4:5"' }],
    ['no address', { public_ip: '' }],
    ['port 0', { storage_lmq_port: '0' }],
    ['no port', { storage_lmq_port: '' }],
    ['a negative port', { storage_lmq_port: '-1' }],
    ['a port that is too great', { storage_lmq_port: '65536' }],
    ['a broken port', { storage_lmq_port: '1.5' }],
    ['a port of another type', { storage_lmq_port: '"22020"' }],
  ])('counts the swarm of a node that cannot be reached for %s', (_, fields) => {
    expect(nodesOf(result(node({ swarm_id: '42', ...fields })))).toEqual([{ swarmId: 42n, node: null }]);
  });

  test('takes an IPv6 address', () => {
    expect(nodesOf(result(node({ public_ip: '"2001:db8::1"' })))[0]?.node?.host).toBe('2001:db8::1');
  });
});

describe('an answer', () => {
  test('may be unchanged only when a block was named', () => {
    const text = '{"result":{"unchanged":true,"height":7,"block_hash":"b"}}';
    expect(readServiceNodes(text, true)).toEqual({ kind: 'unchanged' });
    expect(readServiceNodes(text, false)).toEqual(GARBLED);
  });

  test('may be an error', () => {
    expect(readServiceNodes('{"error":{"code":-32601,"message":"no"}}', false)).toEqual({
      kind: 'failed',
      reason: 'rpc-error',
    });
  });

  test.each([
    ['nothing', ''],
    ['half of one', result(node()).slice(0, 200)],
    ['no object', '[]'],
    ['null', 'null'],
    ['a string', '"result"'],
    ['no result', '{}'],
    ['an empty list', result()],
    ['a list without a swarm', result(node({ swarm_id: '18446744073709551615' }))],
    ['a list that is none', '{"result":{"block_hash":"b","height":1,"service_node_states":{}}}'],
    ['a node that is none', result('5')],
    ['a node without swarm', result(node({ swarm_id: '' }))],
    ['a swarm id in quotes', result(node({ swarm_id: '"5"' }))],
    ['a negative swarm id', result(node({ swarm_id: '-1' }))],
    ['a swarm id beyond 64 bits', result(node({ swarm_id: '18446744073709551616' }))],
    ['a swarm id with an exponent', result(node({ swarm_id: '1e3' }))],
    ['no block hash', result(node()).replace('block_hash', 'other')],
    ['a height that is none', result(node()).replace('"height":7', '"height":"7"')],
    ['a deep nest', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['a prototype', '{"__proto__":{"result":{"unchanged":true}}}'],
  ])('that is %s is garbled', (_, text) => {
    expect(readServiceNodes(text, true)).toEqual(GARBLED);
  });

  test('of any other kind never throws', () => {
    const mangled = fc.tuple(fc.nat(400), fc.nat(40), fc.string()).map(([at, length, noise]) => {
      const good = result(node(), node({ swarm_id: '18446744073709551614' }));
      return good.slice(0, at) + noise + good.slice(at + length);
    });
    const property = fc.property(fc.oneof(mangled, fc.string(), fc.json()), (text) => {
      const { kind } = readServiceNodes(text, true);
      return ['listed', 'unchanged', 'failed'].includes(kind);
    });
    expect(() => fc.assert(property)).not.toThrow();
  });
});
