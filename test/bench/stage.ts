import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision, provisionedPasswords } from '../../tools/provision.ts';
import { appCommand, type AppName, type Foundation, type StartedApp, untilReady } from '../world/app.ts';
import { startRedisServer } from '../world/redis-server.ts';
import { ServiceProcess } from '../world/service-process.ts';
import type { Sample } from './contest.ts';
import { type Usage, usageOf } from './usage.ts';

/** A process of the benchmark's own, from `processes/`. */
export interface Helper<Ready> {
  /** Where its counts are, as an app's are. */
  readonly adminUrl: string;
  readonly ready: Ready;
  /** Has it do something; rejects with its reason when it fails. */
  order(name: string, order?: object): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** A benchmark that is broken off has requests under way, which nobody needs answered. */
const APP_DEFAULTS: Environment = { SHUTDOWN_TIMEOUT_MS: '2000' };

/** The processes of one figure. Disposing ends them all and removes their files, whatever they are doing. */
export class Stage implements AsyncDisposable {
  readonly #resources = new AsyncDisposableStack();
  readonly #signal: AbortSignal;
  readonly #pids = new Map<string, number>();
  readonly #processes: ServiceProcess[] = [];
  readonly #profiling: Environment;

  /** Nothing is started any more once `signal` has fired. Each app leaves a CPU profile in `profiles`, if that is given. */
  constructor(signal: AbortSignal, profiles: string | null) {
    this.#signal = signal;
    this.#profiling = profiles === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
  }

  /** A new temporary one, removed at the end. */
  folder(): string {
    this.#signal.throwIfAborted();
    const dir = mkdtempSync(join(tmpdir(), 'push-bench-'));
    this.#resources.defer(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  /** Secrets, and a Redis with the settings that are shipped: an append-only file, synced each second. */
  async foundation(): Promise<Foundation> {
    const dir = this.folder();
    const secrets = join(dir, 'secrets');
    provision(secrets);
    const redis = await this.own(() =>
      startRedisServer({
        appendOnly: true,
        appendFsync: 'everysec',
        dir: join(dir, 'redis'),
        passwords: provisionedPasswords(secrets),
      }),
    );
    this.#pids.set('redis-server', redis.pid);
    return { secrets, redis };
  }

  async app(name: AppName, environment: Environment): Promise<StartedApp> {
    return untilReady(
      await this.#process(name, appCommand(name), { ...APP_DEFAULTS, ...this.#profiling, ...environment }),
    );
  }

  async helper<Ready extends object>(name: string, environment: Environment = {}): Promise<Helper<Ready>> {
    const process = await this.#process(name, [`test/bench/processes/${name}.ts`], environment);
    const ready = await process.readyLine<Ready & { readonly adminUrl: string }>();
    return { adminUrl: ready.adminUrl, ready, order: (order, body = {}) => post(`${ready.adminUrl}/${order}`, body) };
  }

  /** A stub that says when it is ready. */
  async stub<Ready>(name: string, command: readonly [string, ...string[]]): Promise<Ready> {
    return (await this.#process(name, command, {})).readyLine<Ready>();
  }

  /** Times `work`, and what processor time each process takes meanwhile. */
  async time(units: number, work: () => Promise<void>): Promise<Sample> {
    const before = this.usage();
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1_000;
    const cpuSeconds: Record<string, number> = {};
    for (const [name, usage] of this.usage()) {
      const since = before.get(name);
      if (since !== undefined) cpuSeconds[name] = usage.cpuSeconds - since.cpuSeconds;
    }
    return { units, seconds, cpuSeconds };
  }

  /** Of every process, by its name; without those that the system tells nothing of. */
  usage(): ReadonlyMap<string, Usage> {
    const usages = new Map<string, Usage>();
    for (const [name, pid] of this.#pids) {
      const usage = usageOf(pid);
      if (usage !== null) usages.set(name, usage);
    }
    return usages;
  }

  /** Processes that have ended by themselves, each with the end of what it said. */
  obituaries(): readonly string[] {
    return this.#processes
      .filter(({ hasEnded }) => hasEnded)
      .map(({ name, output }) => `${name} has ended; it said last:\n${output.slice(-2_000)}`);
  }

  /** Keeps a resource until the end, and ends it at once when that has come already. */
  async own<T extends AsyncDisposable>(start: () => T | Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const resource = await start();
    if (!this.#resources.disposed) return this.#resources.use(resource);
    await resource[Symbol.asyncDispose]();
    throw new Error('the stage is closed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #process(
    name: string,
    command: readonly [string, ...string[]],
    environment: Environment,
  ): Promise<ServiceProcess> {
    const process = await this.own(() => new ServiceProcess({ name, command, environment }));
    this.#pids.set(name, process.pid);
    this.#processes.push(process);
    return process;
  }
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`an order failed: ${await response.text()}`);
}
