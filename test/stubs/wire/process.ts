import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** String flags of the command line; an unknown one ends the process with its name and status 2. */
export function flags<const Name extends string>(names: readonly Name[]): Partial<Record<Name, string>> {
  const options: ParseArgsOptionsConfig = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  try {
    return parseArgs({ options, allowPositionals: true }).values as Partial<Record<Name, string>>;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nflags: ${names.map((name) => `--${name}`).join(' ')}\n`);
    process.exit(2);
  }
}

export const wholeNumber = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a whole number: ${text}`);
  return value;
};

/**
 * Runs a stub as a process: prints `ready` as one line of JSON once it serves, closes it on SIGTERM or SIGINT and
 * ends with status 0.
 */
export async function serve<Handle extends AsyncDisposable>(
  start: () => Promise<Handle>,
  ready: (handle: Handle) => object,
): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
  await using handle = await start();
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, ...ready(handle) })}\n`);
  await asked;
}
