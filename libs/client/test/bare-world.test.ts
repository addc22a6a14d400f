import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { type HttpServer, json, startHttpServer } from '../../../test/stubs/wire/http-server.ts';
import { vectors } from '../../../test/stubs/wire/vectors.ts';
import type * as Library from '../src/index.ts';
import { openRoute, type OnionRoute, sealAnswer } from './onion-route.ts';

const INDEX = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const SEED = vectors('accounts')[0]?.seed ?? '';

/** The sources, in a world that has what browsers and React Native both have, and nothing of Node. */
async function loadInBareWorld(): Promise<{ readonly library: typeof Library; readonly files: readonly string[] }> {
  const world = vm.createContext({
    TextEncoder,
    TextDecoder,
    crypto: { getRandomValues: (bytes: Uint8Array) => crypto.getRandomValues(bytes) },
    fetch,
    AbortController,
    setTimeout,
    clearTimeout,
  });
  const modules = new Map<string, vm.SourceTextModule>();
  const load = (path: string): vm.SourceTextModule => {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const source = readFileSync(path, 'utf8');
    const code = path.endsWith('.ts') ? transformSync(source, { filename: path, ...TO_JAVASCRIPT }).code : source;
    const module = new vm.SourceTextModule(code, { identifier: path, context: world });
    modules.set(path, module);
    return module;
  };
  const index = load(INDEX);
  await index.link((specifier, from) => {
    if (specifier.startsWith('node:')) throw new Error(`${from.identifier} needs Node`);
    return load(createRequire(pathToFileURL(from.identifier)).resolve(specifier));
  });
  await index.evaluate();
  return { library: index.namespace as unknown as typeof Library, files: [...modules.keys()] };
}

const TO_JAVASCRIPT = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
} as const;

let route: OnionRoute;
let server: HttpServer;
let peeled: unknown[];
beforeEach(async () => {
  route = openRoute();
  peeled = [];
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 200_000,
    handle: ({ path, body }) => {
      if (path !== '/onion_req/v2') return json(200, [{ success: true, added: true, message: path }]);
      const { told, answerKey } = route.follow(body);
      peeled.push(told[2]);
      const answer = sealAnswer(200, '[{"success":true,"removed":true}]', answerKey);
      return { status: 200, body: answer, contentType: 'application/octet-stream' };
    },
  });
});
afterEach(() => server[Symbol.asyncDispose]());

describe('where there is neither Buffer nor process nor require', () => {
  test('an account is registered directly, and unregistered through an onion path', async () => {
    const { library } = await loadInBareWorld();
    const device = { service: 'firebase', token: 'made-up' } as const;
    const url = `http://127.0.0.1:${server.port}`;
    const signer = library.accountFromSeed(new Uint8Array(Buffer.from(SEED, 'hex')));
    expect(signer.account).toBe(vectors('accounts')[0]?.session_id);

    const direct = library.createRelayClient({ transport: library.directTransport({ relayUrl: url }) });
    expect(await direct.subscribe([{ signer, namespaces: [0] }], device)).toMatchObject([{ isNew: true }]);

    const [guard, middle, exit] = route.path;
    const transport = library.onionTransport({
      relayUrl: 'https://push.example.org',
      onionKey: route.onionKey,
      path: () => [{ ...guard, url }, middle, exit],
    });
    const hidden = library.createRelayClient({ transport });
    expect(await hidden.unsubscribe([signer], device)).toMatchObject([{ kind: 'removed', wasThere: true }]);
    expect(peeled).toMatchObject([{ host: 'push.example.org' }]);
  });

  test('a loop keeps it registered, on its own timer', async () => {
    const { library } = await loadInBareWorld();
    const controller = new AbortController();
    const saved: unknown[] = [];
    await library.keepRegistered({
      client: library.createRelayClient({
        transport: library.directTransport({ relayUrl: `http://127.0.0.1:${server.port}` }),
      }),
      subscriptions: [{ signer: library.groupOwnerFromSeed(new Uint8Array(32)), namespaces: [11] }],
      device: { service: 'firebase', token: 'made-up' },
      state: null,
      save: (state) => {
        saved.push(state);
        setImmediate(() => controller.abort());
      },
      signal: controller.signal,
    });
    expect(saved).toMatchObject([{ version: 1 }]);
  });

  test('nothing but this library and the three noble packages is loaded', async () => {
    const { files } = await loadInBareWorld();
    const strangers = files.filter((file) => !/\/(libs\/client\/src|node_modules\/@noble\/\w+)\//.test(file));
    expect(strangers).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });
});
