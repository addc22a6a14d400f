import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createPhone } from './phone.ts';
import { openRelay, type RunningRelay } from './relay-world.ts';

let relay: RunningRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
});

interface Answer {
  readonly error?: number;
  readonly message: string;
}

const good = createPhone();
async function expectGoodServed(): Promise<void> {
  expect(await relay.ask('/subscribe', good.subscribe())).toMatchObject({ status: 200, body: { success: true } });
}

describe('a body', () => {
  test.each<readonly [string, string | Buffer]>([
    ['nothing', ''],
    ['white space', '  \n'],
    ['half an object', '{"pubkey":'],
    ['two objects', '{}{}'],
    ['a string', '"subscribe"'],
    ['a number', '1e999'],
    ['null', 'null'],
    ['true', 'true'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['bencode', 'd6:pubkey33:e'],
    ['49,999 numbers', `[${'0,'.repeat(49_998)}0]`],
    ['unclosed lists, 100,000 deep', '['.repeat(100_000)],
  ])('of %s fails as a whole with 400', async (_, body) => {
    for (const path of ['/subscribe', '/unsubscribe']) {
      const response = await relay.post(path, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: 1, message: expect.any(String) });
    }
    await expectGoodServed();
  });

  test.each<readonly [string, string, number]>([
    ['lists 50,000 deep', '['.repeat(50_000) + ']'.repeat(50_000), 1],
    ['objects 10,000 deep', `[${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`, 1],
    ['depth in a field that is read', `[{"pubkey":${'['.repeat(40_000)}${']'.repeat(40_000)}}]`, 1],
    ['500 numbers', `[${'0,'.repeat(499)}0]`, 500],
    ['names of prototypes', '[{"__proto__":{"pubkey":"x"}},{"constructor":{"prototype":1}}]', 2],
    ['one field very often', `[{${'"pubkey":"05",'.repeat(5_000)}"data":true}]`, 1],
  ])('of %s fails item by item', async (_, body, items) => {
    const response = await relay.post('/subscribe', body);
    const answers = (await response.json()) as Answer[];
    expect([response.status, answers.length]).toEqual([200, items]);
    expect(new Set(answers.map(({ error }) => error))).toEqual(new Set([1]));
    await expectGoodServed();
  });

  test('that names a prototype changes none', async () => {
    await relay.post('/subscribe', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('of any bytes gets 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const response = await relay.post('/subscribe', Buffer.concat([Buffer.of(0xff), bytes]));
        expect([response.status, (await response.json()) as Answer]).toEqual([
          400,
          { error: 1, message: expect.any(String) },
        ]);
      }),
      { numRuns: 50 },
    );
    await expectGoodServed();
  });

  test('of any JSON gets a clear answer', async () => {
    const fields = good.subscribe();
    const mutated = fc
      .tuple(fc.constantFrom(...Object.keys(fields)), fc.jsonValue())
      .map(([field, value]) => Object.assign({}, fields, { [field]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), mutated, fc.array(mutated, { maxLength: 3 })), async (value) => {
        const { status, body } = await relay.ask('/subscribe', value);
        expect([200, 400]).toContain(status);
        for (const answer of [body].flat() as Answer[]) {
          expect(typeof answer.message).toBe('string');
          expect(answer.error === undefined || [1, 2, 4].includes(answer.error)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
    await expectGoodServed();
  });

  test('cut off anywhere gets 400', async () => {
    const whole = JSON.stringify([good.subscribe()]);
    for (let length = 0; length < whole.length; length += 37) {
      expect((await relay.post('/subscribe', whole.slice(0, length))).status).toBe(400);
    }
    await expectGoodServed();
  });

  test('is never repeated in a message or a log line', async () => {
    const secret = 'SECRETVALUE';
    const fields = good.subscribe();
    for (const field of [...Object.keys(fields), secret]) {
      const response = await relay.post('/subscribe', JSON.stringify({ ...fields, [field]: secret }));
      expect(await response.text()).not.toContain(secret);
    }
    expect(await (await relay.post('/subscribe', `{"a":${secret}`)).text()).not.toContain(secret);
    expect(relay.log.join()).not.toContain(secret);
  });
});

test('none of it was a fault of the relay', async () => {
  expect(await relay.metrics.read('push_faults_total', {})).toBe(0);
});
