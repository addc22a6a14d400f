import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeBencode, decodeMonitorAnswers, encodeMonitorBatch, encodeMonitorEntry } from '../src/index.ts';
import { monitorRequest, type RequestVector, readVectors, unhex } from './vectors.ts';

interface MonitorVectors {
  readonly requests: readonly { name: string; subscribe_request: RequestVector; entry_hex: string }[];
  readonly list_hex: string;
}

const vectors = readVectors('monitor.json') as MonitorVectors;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const answers = (text: string, count: number): unknown => decodeMonitorAnswers(Buffer.from(text), count);

describe('a monitor entry', () => {
  test.each(vectors.requests)('of $name is the bytes that nodes expect', ({ subscribe_request, entry_hex }) => {
    expect(hex(encodeMonitorEntry(monitorRequest(subscribe_request)))).toBe(entry_hex);
  });

  test('never names a Session ID without its key, which nodes would misread', () => {
    const [first] = vectors.requests;
    if (first === undefined) throw new Error('no vectors');
    const request = { ...monitorRequest(first.subscribe_request), ed25519: null };
    expect(() => encodeMonitorEntry(request)).toThrow(TypeError);
  });

  test('goes into a batch with others in their order', () => {
    const entries = vectors.requests.map((v) => encodeMonitorEntry(monitorRequest(v.subscribe_request)));
    expect(hex(encodeMonitorBatch(entries))).toBe(vectors.list_hex);
    expect(decodeBencode(unhex(vectors.list_hex))).toHaveLength(entries.length);
  });
});

describe('the answers of a node', () => {
  test('are read one by one, in order, with the reason of each refusal', () => {
    const text = 'ld7:successi1eed7:errcodei5e5:error3:baded7:errcodei4eeded7:errcodei99eei7ee';
    expect(answers(text, 6)).toEqual([
      { kind: 'subscribed' },
      { kind: 'refused', reason: 'signature' },
      { kind: 'refused', reason: 'timestamp' },
      { kind: 'refused', reason: 'other' },
      { kind: 'refused', reason: 'other' },
      { kind: 'refused', reason: 'other' },
    ]);
  });

  test('to one entry may come bare or in a list', () => {
    expect(answers('d7:successi1ee', 1)).toEqual([{ kind: 'subscribed' }]);
    expect(answers('ld7:successi1eee', 1)).toEqual([{ kind: 'subscribed' }]);
  });

  test('are all refusals when a batch is refused as a whole, but never all successes', () => {
    const refused = { kind: 'refused', reason: 'arguments' };
    expect(answers('d7:errcodei1e5:error1:xe', 3)).toEqual([refused, refused, refused]);
    expect(answers('d7:successi1ee', 3)).toBeNull();
  });

  test('may repeat keys or have them out of order', () => {
    expect(answers('d7:successi1e7:successi1ee', 1)).toEqual([{ kind: 'subscribed' }]);
    expect(answers('d5:error1:x7:errcodei3e5:error1:ye', 1)).toEqual([{ kind: 'refused', reason: 'namespaces' }]);
  });

  test('never count as success beside an error code', () => {
    expect(answers('d7:successi1e7:errcodei2ee', 1)).toEqual([{ kind: 'refused', reason: 'key' }]);
  });

  test.each(['', 'le', 'ld7:successi1eed7:successi1eee', 'd7:successi1eex', 'd7:successi1e', 'OK'])(
    'are not understood when they are %j for one entry',
    (text) => expect(answers(text, 1)).toBeNull(),
  );

  test('of any bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 5 }), (body, count) => {
        expect(decodeMonitorAnswers(body, count)?.length ?? count).toBe(count);
      }),
    );
  });
});
