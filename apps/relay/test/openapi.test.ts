import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type RegistryWriter, RegistryUnavailable } from '@push/registry';
import { readFileSync } from 'node:fs';
import { failureAnswer } from '../src/failure/failure-answer.ts';
import { createPhone, type Fields } from './phone.ts';
import { openRelay, type RunningRelay } from './relay-world.ts';

interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: object }>>;
interface Document {
  readonly openapi: string;
  readonly 'x-services': readonly string[];
  readonly 'x-onion-key': string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const NOW_S = 1_763_770_000;
let relay: RunningRelay;
let document: Document;
let ajv: Ajv2020;
beforeAll(async () => {
  relay = await openRelay({ clock: { nowMs: () => NOW_S * 1000 } });
  document = (await (await fetch(`${relay.url}/openapi.json`)).json()) as Document;
  ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: 'relay' });
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
});

/** A schema of the document, with its references to the rest of it. */
function validator(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/', '"relay#/');
  return ajv.compile(JSON.parse(text) as object);
}
const jsonSchema = (content: Content | undefined): object => content?.['application/json']?.schema ?? { not: {} };
const requestSchema = (path: string): object => jsonSchema(document.paths[path]?.['post']?.requestBody?.content);
const answerSchema = (path: string, status: number): object =>
  jsonSchema(document.paths[path]?.['post']?.responses[status]?.content);

describe('openapi.json', () => {
  test('says which version it is of, and what is offered', () => {
    expect([document.openapi, document['x-services']]).toEqual(['3.1.1', ['apns', 'apns-sandbox', 'firebase']]);
    expect(document['x-onion-key']).toBe(relay.onionKey);
  });

  test('names every path and method that there is, and no other', async () => {
    const candidates = [...Object.keys(document.paths), '/', '/metrics', '/healthz', '/register', '/openapi.yaml'];
    for (const path of candidates) {
      for (const method of ['get', 'post', 'put', 'delete', 'patch']) {
        const { status } = await fetch(relay.url + path, { method: method.toUpperCase() });
        const isThere = ![404, 405].includes(status);
        expect([method, path, isThere]).toEqual([method, path, document.paths[path]?.[method] !== undefined]);
      }
    }
  });

  const vectors = (file: string): readonly { readonly name: string; readonly request: Fields }[] =>
    JSON.parse(readFileSync(new URL(`../../../test/vectors/${file}.json`, import.meta.url), 'utf8')) as [];
  const phone = createPhone({ nowS: () => NOW_S });
  const changed = (good: Fields, changes: Fields): Fields => ({ ...good, ...changes });
  const spoilt = (good: Fields): Fields[] => [
    ...Object.keys(good).flatMap((field) =>
      [undefined, null, 5, 5.5, -1, true, '', 'zz', [], {}, 'ab'.repeat(200), [0.5], ['0'], [1, 1], [-40_000]].map(
        (value) => changed(good, { [field]: value }),
      ),
    ),
    ...[31, 32, 33].flatMap((length) =>
      (['hex', 'base64', 'base64url'] as const).map((encoding) =>
        changed(good, { enc_key: Buffer.alloc(length, 0xfb).toString(encoding) }),
      ),
    ),
    { ...good, enc_key: `${Buffer.alloc(32, 0xfb).toString('base64').slice(0, -2)}9=` },
    { ...good, enc_key: Buffer.alloc(32, 0xfb).toString('base64').replace('=', '') },
    { ...good, service_info: { token: 'ab'.repeat(32), polls: 1 } },
    { ...good, service_info: { token: 'ab'.repeat(32), polls: null } },
    { ...good, namespaces: Array.from({ length: 33 }, (_, i) => i) },
    { ...good, extra: [{}] },
  ];

  /** Rules that JSON Schema has no words for, by the field that their messages name. */
  const UNSPOKEN = /strictly ascending|when pubkey begins with 05|belong together|64 hexadecimal digits|999 bytes/;

  test.each([
    ['/subscribe', [...vectors('subscribe').map(({ request }) => request), ...spoilt(phone.subscribe())]],
    ['/unsubscribe', [...vectors('unsubscribe').map(({ request }) => request), ...spoilt(phone.unsubscribe())]],
  ])('takes for %s what the relay takes for well-formed, and nothing else', async (path, requests) => {
    const accepts = validator(requestSchema(path));
    const says = validator(answerSchema(path, 200));
    let [wellFormed, malformed, unspoken] = [0, 0, 0];
    for (const request of requests) {
      const sent = JSON.parse(JSON.stringify(request)) as Fields;
      const { status, body } = await relay.ask(path, sent);
      expect([status, says(body)]).toEqual([200, true]);
      const { error, message } = body as { error?: number; message: string };
      const isUnspoken = error === 1 && UNSPOKEN.test(message);
      if (isUnspoken) unspoken += 1;
      else if (error === 1) malformed += 1;
      else wellFormed += 1;
      if (isUnspoken && accepts(sent)) continue;
      expect([sent, accepts(sent), message]).toEqual([sent, error !== 1, message]);
    }
    expect(Math.min(wellFormed, malformed, unspoken)).toBeGreaterThan(0);
  });

  test.each([
    ['/subscribe', 'x', 400],
    ['/subscribe', '"x"', 400],
    ['/unsubscribe', `[${'0,'.repeat(600)}0]`, 400],
    ['/subscribe', ' '.repeat(100_001), 413],
    ['/oxen/v4/lsrpc', 'x', 400],
    ['/oxen/v4/lsrpc', ' '.repeat(108_401), 413],
  ])('describes how %s fails', async (path, body, status) => {
    const response = await relay.post(path, body);
    expect(response.status).toBe(status);
    expect(validator(answerSchema(path, status))(await response.json())).toBe(true);
  });

  test('describes how a registration fails that could not be stored, wholly or before it was looked at', async () => {
    const registry: RegistryWriter = {
      subscribe: () => Promise.reject(new RegistryUnavailable('unreachable')),
      unsubscribe: () => Promise.reject(new RegistryUnavailable('unreachable')),
    };
    await using broken = await openRelay({ registry });
    const says = validator(answerSchema('/subscribe', 503));
    const own = createPhone();
    for (const body of [own.subscribe(), [own.subscribe(), {}]]) {
      const answer = await broken.ask('/subscribe', body);
      expect([answer.status, says(answer.body)]).toEqual([503, true]);
    }
    expect(says(JSON.parse(failureAnswer('overloaded').body))).toBe(true);
  });

  test('describes what a sender is told who is too slow', () => {
    const says = validator(answerSchema('/subscribe', 408));
    expect(says(JSON.parse(failureAnswer('too-slow').body))).toBe(true);
  });

  test('takes lists as the relay does', async () => {
    const accepts = validator(requestSchema('/subscribe'));
    const says = validator(answerSchema('/subscribe', 200));
    const items = [phone.subscribe(), createPhone({ prefix: '03', nowS: () => NOW_S }).subscribe()];
    expect(accepts(items)).toBe(true);
    expect(accepts(Array(501).fill(items[0]))).toBe(false);
    expect(says((await relay.ask('/subscribe', items)).body)).toBe(true);
  });
});
