import { type ConfigResult, EXIT_CONFIG } from './environment.ts';

/** What {@link runProcess} tells whoever keeps the log. */
export interface ProcessReporter {
  starting(): void;
  ready(startMs: number): void;
  stopping(signal: string): void;
  stopped(stopMs: number, inTime: boolean): void;
  fault(error: unknown, fatal: boolean): void;
}

export interface ProcessPlan {
  readonly start: () => Promise<AsyncDisposable>;
  readonly shutdownTimeoutMs: number;
  readonly report: ProcessReporter;
}

/**
 * Runs one process to its end: start, wait for SIGTERM or SIGINT, stop within the limit, exit. A fault while starting or
 * an uncaught exception ends the process with status 1; an unhandled rejection is reported and counted but does not.
 */
export async function runProcess({ start, shutdownTimeoutMs, report }: ProcessPlan): Promise<never> {
  const began = performance.now();
  // Also the second one: whoever started this may pass on what a terminal or a service manager has told it already.
  const signal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
  });
  process.on('unhandledRejection', (reason) => report.fault(reason, false));
  process.on('uncaughtException', (error) => {
    report.fault(error, true);
    process.exit(1);
  });
  report.starting();
  const running = await start().catch((error: unknown) => {
    report.fault(error, true);
    process.exit(1);
  });
  report.ready(performance.now() - began);
  report.stopping(await signal);
  const stopBegan = performance.now();
  const inTime = await Promise.race([
    running[Symbol.asyncDispose]().then(
      () => true,
      (error: unknown) => {
        report.fault(error, true);
        return false;
      },
    ),
    new Promise<false>((resolve) => setTimeout(resolve, shutdownTimeoutMs, false)),
  ]);
  report.stopped(performance.now() - stopBegan, inTime);
  process.exit(inTime ? 0 : 1);
}

/** Unwraps a configuration, or writes one clear line per problem to standard error and exits with status 78. */
export function configOrExit<T>(app: string, result: ConfigResult<T>): T {
  if (result.ok) return result.value;
  const lines = result.problems.map(({ variable, problem }) => `${app}: ${variable} ${problem}\n`);
  process.stderr.write(lines.join(''));
  process.exit(EXIT_CONFIG);
}
