import { createLedger } from '@push/ledger';
import { type Clock, createMetrics, type Environment, type Metrics } from '@push/ops';
import { createMemoryRegistry, type RegistryWriter } from '@push/registry';
import { type RelayHandle, readRelayConfig, startRelay } from '../src/index.ts';
import { makeKeyFiles } from './key-files.ts';

export interface RunningRelay extends RelayHandle {
  readonly url: string;
  readonly metrics: Metrics;
  /** The variables that name its key files. */
  readonly keys: Environment;
  /** The public key that onion requests are sealed to, 64 hex digits; as the log tells it. */
  readonly onionKey: string;
  /** All it logged, line by line. */
  readonly log: readonly string[];
  /** Sends `body` as it is, without any header that names its type. */
  post(path: string, body: string | Uint8Array): Promise<Response>;
  /** Sends `value` as JSON and reads the answer. */
  ask(path: string, value: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface RelayWorldOptions {
  readonly environment?: Environment;
  readonly clock?: Clock;
  /** Default: one in memory. `redis` takes what the environment names. */
  readonly registry?: RegistryWriter | 'redis';
}

/** A relay on free ports. */
export async function openRelay(options: RelayWorldOptions = {}): Promise<RunningRelay> {
  const { clock = { nowMs: () => Date.now() } } = options;
  const keys = makeKeyFiles();
  const config = readRelayConfig({
    REDIS_URL: 'redis://127.0.0.1:1',
    RELAY_HOST: '127.0.0.1',
    RELAY_PORT: '0',
    RELAY_ADMIN_PORT: '0',
    RELAY_SERVICES: 'apns,apns-sandbox,firebase',
    SHUTDOWN_TIMEOUT_MS: '3000',
    ...keys.environment,
    ...options.environment,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.problems));
  const log: string[] = [];
  const ledger = createLedger({ process: 'relay', level: 'debug', write: (line) => log.push(line) });
  const metrics = createMetrics();
  const inMemory = (): RegistryWriter =>
    createMemoryRegistry({ indexKey: new Uint8Array(32), now: () => clock.nowMs() }).writer;
  const registry = options.registry === 'redis' ? {} : { registry: options.registry ?? inMemory() };
  const handle = await startRelay(config.value, { ledger, metrics, clock, ...registry });
  const url = `http://127.0.0.1:${handle.port}`;
  const post = (path: string, body: string | Uint8Array): Promise<Response> =>
    fetch(url + path, { method: 'POST', body: Buffer.from(body) });
  return {
    ...handle,
    url,
    metrics,
    keys: keys.environment,
    onionKey: log.map((line) => JSON.parse(line) as { key?: string }).find(({ key }) => key !== undefined)?.key ?? '',
    log,
    post,
    ask: async (path, value) => {
      const response = await post(path, JSON.stringify(value));
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: async () => {
      await handle[Symbol.asyncDispose]();
      keys[Symbol.dispose]();
    },
  };
}

/** Resolves once `condition` holds; rejects when it does not within `withinMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('what was awaited did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
