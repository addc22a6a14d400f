import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Environment } from '@push/ops';
import { RegistryUnavailable, type RegistryWriter } from '@push/registry';
import { listeningServer } from '../../../test/world/listening-server.ts';
import { createPhone, type Fields } from './phone.ts';
import { eventually, openRelay } from './relay-world.ts';

/** A registry that answers when it is told to. */
function createSlowRegistry(): RegistryWriter & { readonly waiting: number; answer(): void } {
  const calls: (() => void)[] = [];
  const call = <T>(outcome: T): Promise<T> => new Promise((resolve) => calls.push(() => resolve(outcome)));
  return {
    get waiting() {
      return calls.length;
    },
    answer: () => calls.splice(0).forEach((resolve) => resolve()),
    subscribe: () => call('added'),
    unsubscribe: () => call('removed'),
  };
}

function failing(error: unknown): RegistryWriter {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { subscribe: fail, unsubscribe: fail };
}

describe('a relay that starts', () => {
  const told = async (environment: Environment): Promise<Fields & { readonly port: number }> => {
    await using relay = await openRelay({ environment });
    const line = relay.log.find((text) => text.includes('"relay.onion"'));
    return { ...(JSON.parse(line ?? '{}') as Fields), port: relay.port };
  };

  test('tells what apps build in: its public onion key and its URL', async () => {
    const line = await told({ RELAY_PUBLIC_URL: 'https://Push.example.org/' });
    expect(line).toMatchObject({ key: expect.stringMatching(/^[0-9a-f]{64}$/), url: 'https://push.example.org' });
  });

  test('tells where it listens when it was not told where it is found', async () => {
    const { url, port } = await told({});
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  test.each([
    ['http://my_relay:3000', 'http://my_relay:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('tells %s as %s', async (given, url) => {
    expect(await told({ RELAY_PUBLIC_URL: given })).toMatchObject({ url });
  });
});

describe('a relay that stops', () => {
  test('answers what it was asked before, and takes no new connection', async () => {
    const registry = createSlowRegistry();
    const relay = await openRelay({ registry });
    const asked = relay.ask('/subscribe', createPhone().subscribe());
    await eventually(() => registry.waiting === 1);
    const stopped = relay[Symbol.asyncDispose]();
    await eventually(async () => {
      const socket = connect(relay.port, '127.0.0.1');
      const refused = await once(socket, 'connect').then(
        () => false,
        () => true,
      );
      socket.destroy();
      return refused;
    });
    registry.answer();
    expect(await asked).toMatchObject({ status: 200, body: { added: true } });
    await stopped;
  });

  test('has ended as soon as the last answer is out, though its connection would have been kept', async () => {
    const registry = createSlowRegistry();
    const relay = await openRelay({ registry });
    const asked = relay.post('/subscribe', JSON.stringify(createPhone().subscribe()));
    await eventually(() => registry.waiting === 1);
    const server = listeningServer(relay.port);
    const stopped = relay[Symbol.asyncDispose]();
    await eventually(() => !server.listening);
    registry.answer();
    const response = await asked;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    const began = performance.now();
    await stopped;
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(relay.log.join()).not.toContain('relay.cut');
  });

  test('does not wait for a sender who never ends', async () => {
    const relay = await openRelay({ environment: { SHUTDOWN_TIMEOUT_MS: '300' } });
    const socket = connect(relay.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST /subscribe HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n[');
    await once(socket, 'connect');
    await relay.ask('/subscribe', []);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const began = performance.now();
    await relay[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(2_000);
    await closed;
    expect(relay.log.join()).toContain('relay.cut');
  });

  test('does not wait for connections that are only kept open', async () => {
    const relay = await openRelay();
    await relay.ask('/subscribe', []);
    const began = performance.now();
    await relay[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a relay with a registry that', () => {
  test('breaks answers error 5, 503 and when to try again, tells its log what may be told, and goes on', async () => {
    await using relay = await openRelay({ registry: failing(new TypeError('SECRET')) });
    const response = await relay.post('/subscribe', JSON.stringify([createPhone().subscribe(), {}]));
    const body = (await response.json()) as Fields[];
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(body.map((answer) => answer['error'])).toEqual([5, 1]);
    expect(relay.log.join()).toContain('"kind":"TypeError"');
    expect(relay.log.join() + JSON.stringify(body)).not.toContain('SECRET');
    expect(await relay.metrics.read('push_faults_total', {})).toBe(1);
    expect((await relay.ask('/subscribe', [])).status).toBe(200);
  });

  test('is busy with one registration still tries the others of a list', async () => {
    const outcomes = ['busy', 'added', 'busy', 'added'] as const;
    let calls = 0;
    const subscribe: RegistryWriter['subscribe'] = async () => {
      const outcome = outcomes[calls++] ?? 'added';
      if (outcome === 'busy') throw new RegistryUnavailable('busy');
      return outcome;
    };
    await using relay = await openRelay({ registry: { ...failing(null), subscribe } });
    const items = outcomes.map(() => createPhone().subscribe());
    const { status, body } = await relay.ask('/subscribe', items);
    expect([status, (body as Fields[]).map((answer) => answer['error'] ?? answer['added'])]).toEqual([
      503,
      [3, true, 3, true],
    ]);
  });

  test('is slow has at most sixteen items of a list under way, and other requests get through', async () => {
    const registry = createSlowRegistry();
    await using relay = await openRelay({ registry });
    const items = Array.from({ length: 40 }, () => createPhone({ prefix: '03' }).subscribe());
    const asked = relay.ask('/subscribe', items);
    await eventually(() => registry.waiting === 16);
    expect(await relay.ask('/subscribe', [{}])).toMatchObject({ status: 200, body: [{ error: 1 }] });
    expect(registry.waiting).toBe(16);
    const isDone = asked.then(() => true);
    while (!(await Promise.race([isDone, new Promise((resolve) => setImmediate(resolve, false))]))) registry.answer();
    expect(await asked).toMatchObject({ status: 200 });
  });
});

test('several relays run in one process', async () => {
  await using first = await openRelay();
  await using second = await openRelay();
  expect(first.port).not.toBe(second.port);
  const phone = createPhone();
  for (const relay of [first, second]) {
    expect((await relay.ask('/subscribe', phone.subscribe())).body).toMatchObject({ added: true });
  }
});

test('a relay outlives connections that it cannot accept, counts each and tells one', async () => {
  const relay = await openRelay();
  const server = listeningServer(relay.port);
  for (let n = 0; n < 3; n += 1) {
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  }
  expect(await relay.ask('/subscribe', createPhone().subscribe())).toMatchObject({ status: 200 });
  expect(await relay.metrics.read('push_faults_total', {})).toBe(3);
  expect(relay.log.filter((line) => line.includes('process.fault'))).toEqual([expect.stringContaining('EMFILE')]);
  await relay[Symbol.asyncDispose]();
});
