import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { version as zeromqVersion } from 'zeromq';

export interface Machine {
  readonly model: string;
  /** Cores this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** What else was going on: processes that wanted a core, on average over the last minute before the run. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    model: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** What the figures depend on most, beside our own code. */
const PACKAGES = ['@nestjs/core', '@parse/node-apn', 'bullmq', 'fastify', 'ioredis', 'sodium-native', 'zeromq', 'zod'];

/** Of Node, Redis, libzmq, key packages, and this repository where git knows it. */
export function readVersions(): Readonly<Record<string, string>> {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const packages = PACKAGES.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? 'unknown'] as const);
  return {
    commit: answerOf('git', 'describe', '--always', '--dirty'),
    node: process.versions.node,
    openssl: process.versions.openssl,
    redis: /v=(\S+)/.exec(answerOf('redis-server', '--version'))?.[1] ?? 'unknown',
    libzmq: zeromqVersion,
    ...Object.fromEntries(packages),
  };
}

function answerOf(program: string, ...args: readonly string[]): string {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8', cwd: new URL('.', import.meta.url) });
  return stdout?.trim() || 'unknown';
}
