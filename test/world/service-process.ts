import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../../tools/end-with-us.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServiceProcessOptions {
  readonly name: string;
  /** The script and its arguments, relative to the repository. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of the process, but for PATH: it gets no other process's secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** One real process of the flow. Its standard output and error are kept, whole. */
export class ServiceProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor({ name, command, environment = {}, onLine }: ServiceProcessOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, command, {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        onLine?.(line);
        for (const check of this.#waiting) check();
      });
    }
    this.#child.once('close', () => {
      for (const check of this.#waiting) check();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#lines.join('\n');
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The first line that `find` makes something of; rejects when the process ends or `timeoutMs` pass before. */
  line<T>(find: (line: string) => T | null, timeoutMs = 15_000): Promise<T> {
    return new Promise((resolve, reject) => {
      let seen = 0;
      const finish = (act: () => void): void => {
        this.#waiting.delete(check);
        clearTimeout(timer);
        act();
      };
      const check = (): void => {
        for (; seen < this.#lines.length; seen += 1) {
          const found = find(this.#lines[seen] ?? '');
          if (found !== null) return finish(() => resolve(found));
        }
        if (this.hasEnded) finish(() => reject(new Error(`${this.name} ended early:\n${this.output.slice(-2_000)}`)));
      };
      const timer = setTimeout(() => {
        finish(() => reject(new Error(`${this.name} did not say what was awaited:\n${this.output.slice(-2_000)}`)));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** The JSON object that a stub prints once it is ready. */
  readyLine<T>(): Promise<T> {
    return this.line((line) => (line.startsWith('{') ? (JSON.parse(line) as T) : null));
  }

  /** Asks it to stop and waits; after `timeoutMs` it is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 10_000): Promise<number | null> {
    if (this.hasEnded) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    await ended;
    clearTimeout(timer);
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
